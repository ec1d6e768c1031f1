import { Injectable, Logger } from '@nestjs/common';
import { describeError } from '../../common/logging/describe-error.js';
import { BumpsRepository } from '../postgres/bumps.repository.js';
import { MessageEventsRepository } from '../postgres/message-events.repository.js';

const PERIOD_MS = 600_000;

/** Deletes what is kept of messages in PostgreSQL when it is old: done by whoever handles records of the stream. */
@Injectable()
export class Retention {
  private readonly logger = new Logger('messaging-stream');
  private dueAtMs = 0;

  constructor(
    private readonly events: MessageEventsRepository,
    private readonly bumps: BumpsRepository,
  ) {}

  /** Once in 10 minutes at most. It never rejects: records that were handled stay so, and the next turn comes. */
  async prune(): Promise<void> {
    if (performance.now() < this.dueAtMs) return;
    this.dueAtMs = performance.now() + PERIOD_MS;
    try {
      await this.events.prune();
      await this.bumps.prune();
    } catch (error) {
      const { type, code } = describeError(error);
      this.logger.warn(`What is old of messages cannot be deleted now (${code ?? type}).`);
    }
  }
}
