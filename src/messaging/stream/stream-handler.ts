import { Injectable, Logger } from '@nestjs/common';
import { AppError } from '../../common/errors/app-error.js';
import { describeError } from '../../common/logging/describe-error.js';
import { BumpsRepository } from '../postgres/bumps.repository.js';
import { backoffMs, pauseFor } from '../../waiting/backoff.js';
import { MESSAGES_TAG } from '../cache-tags.js';
import { ItemError } from '../table/items.js';
import { MessageEventsRepository } from '../postgres/message-events.repository.js';
import { effectOf } from './record-effects.js';
import { StreamCounts } from './stream-counts.js';
import { ageMsOf, sequenceNumberOf, type StreamRecord } from '../table/stream-record.js';

const ATTEMPTS = 3;
const BASE_DELAY_MS = 50;

/**
 * Does what the records of the stream ask for, one after the other: raises what writers that died did not raise, and only
 * then appends the event (docs/consistency.md, rule 10). A record that is handled again changes nothing.
 */
@Injectable()
export class StreamHandler {
  private readonly logger = new Logger('messaging-stream');

  constructor(
    private readonly bumps: BumpsRepository,
    private readonly events: MessageEventsRepository,
    private readonly counts: StreamCounts,
  ) {}

  /**
   * Handles one record. One that fails three times by its own fault is set aside: counted, logged, and `messages` raised,
   * so that nothing stays stale because of it.
   * @throws any other error, such as of the database: the record is not done, and no later one may be
   */
  async handle(record: StreamRecord): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.apply(record);
        break;
      } catch (error) {
        if (!isOfRecord(error)) throw error;
        if (attempt < ATTEMPTS) await pauseFor(backoffMs(attempt, { baseMs: BASE_DELAY_MS }));
        else {
          await this.setAside(record, error);
          break;
        }
      }
    }
    this.counts.lagMs = ageMsOf(record, Date.now()) ?? this.counts.lagMs;
  }

  /** Nothing is known of what was read of this stream before: as after a gap, but this is how every stream begins. */
  async begin(): Promise<void> {
    await this.bumps.bump([MESSAGES_TAG]);
    this.logger.log('The stream of messages is read from its beginning.');
  }

  /** Something happened in the stream that nobody knows: whatever is cached of messages may be old. */
  async gap(reason: string): Promise<void> {
    await this.bumps.bump([MESSAGES_TAG]);
    this.counts.gaps += 1;
    this.logger.warn(`A gap in the stream of messages: ${reason}.`);
  }

  private async apply(record: StreamRecord): Promise<void> {
    const effect = effectOf(record);
    switch (effect.kind) {
      case 'none':
        return;
      case 'foreign':
        return this.bumps.bump(effect.tags);
      case 'read':
        return this.heal(effect.writeId, effect.tags);
      case 'message':
        await this.heal(effect.message.writeId, effect.tags);
        if (await this.events.append(effect.message)) this.counts.appended += 1;
    }
  }

  private async heal(writeId: string, tags: Parameters<BumpsRepository['bumpOnce']>[1]): Promise<void> {
    if (await this.bumps.bumpOnce(writeId, tags)) this.counts.healed += 1;
  }

  private async setAside(record: StreamRecord, error: unknown): Promise<void> {
    await this.bumps.bump([MESSAGES_TAG]);
    this.counts.poison += 1;
    const { type } = describeError(error);
    this.logger.error(
      `A record of the stream is set aside: ${sequenceNumberOf(record) ?? 'unnumbered'} (${type}).`,
    );
  }
}

/** It is unreadable, or has a value that the database refuses. All else passes, or is mended. */
function isOfRecord(error: unknown): boolean {
  return error instanceof ItemError || (error instanceof AppError && error.code === 'ENTITY_UNPROCESSABLE');
}
