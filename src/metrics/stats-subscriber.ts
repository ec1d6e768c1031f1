import { Readable } from 'node:stream';

/** A client that has taken nothing for so many ticks has gone, or might as well have. */
const MAX_TICKS_MISSED = 30;

/**
 * One client of the stream of statistics. Each snapshot says everything, so a slow client misses some and needs no
 * buffer: at most one waits for it.
 */
export class StatsSubscriber {
  readonly stream = new Readable({ read: () => undefined });
  private missed = 0;

  /** @param expiresAtMs when the client's token expires, ms since the epoch */
  constructor(
    readonly subject: string,
    readonly expiresAtMs: number,
  ) {}

  /** Sends `message` unless an earlier one still waits; gives the client up after thirty in a row. */
  offer(message: string): void {
    if (this.stream.readableLength === 0) {
      this.missed = 0;
      this.stream.push(message);
    } else if (++this.missed >= MAX_TICKS_MISSED) {
      this.stream.destroy();
    }
  }

  /** Says why, and ends. */
  end(reason: 'expired' | 'shutdown'): void {
    this.stream.push(`event: end\ndata: ${JSON.stringify({ reason })}\n\n`);
    this.stream.push(null);
  }
}
