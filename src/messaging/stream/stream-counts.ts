import { Injectable } from '@nestjs/common';

/** What the reader of the stream has done since the process began. */
@Injectable()
export class StreamCounts {
  /** Events appended to the log by this process. */
  appended = 0;
  /** Writes whose tags this process raised in place of their writer. */
  healed = 0;
  /** Records that were set aside. */
  poison = 0;
  /** Times that something in the stream could not be accounted for. */
  gaps = 0;
  /** Age of the last record when it was done, ms. */
  lagMs = 0;
  /** Whether this process owns the stream. */
  isOwner = false;
}
