import type { StreamHandler } from './stream-handler.js';
import { planShards } from './shard-plan.js';
import {
  SHARD_BEGINNING,
  SHARD_DONE,
  type StreamProgressRepository,
} from '../postgres/stream-progress.repository.js';
import { sequenceNumberOf } from '../table/stream-record.js';
import type { StreamSource } from '../table/stream-source.js';

const DISCOVERY_MS = 5_000;
/** Ownership is extended when that is so long ago: many times while it lasts, however slow the records are. */
const EXTEND_MS = 300;

/** Not a fault: another instance owns the stream now, or the table has another stream now. */
export class ReaderEndedError extends Error {
  override readonly name = 'ReaderEndedError';
}

/** Reads one stream as its owner: from the kept checkpoints on, as long as it is asked to. */
export class StreamReader {
  /** Where to go on in each shard that is read. */
  private readonly iterators = new Map<string, string>();
  private discoverAtMs = 0;
  private extendedAtMs = -Infinity;

  constructor(
    readonly streamArn: string,
    private readonly owner: string,
    private readonly source: StreamSource,
    private readonly progress: StreamProgressRepository,
    private readonly handler: Pick<StreamHandler, 'handle' | 'begin' | 'gap'>,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Takes the ownership, or extends it. @returns false: another instance owns the stream */
  async takeOwnership(): Promise<boolean> {
    const nowMs = this.now();
    const isOurs = await this.progress.takeOwnership(this.streamArn, this.owner);
    if (isOurs) this.extendedAtMs = nowMs;
    return isOurs;
  }

  /**
   * Reads once in every shard, and handles what is there.
   * @param isStopping asked between two records
   * @returns the number of records
   * @throws {ReaderEndedError}
   */
  async round(isStopping: () => boolean): Promise<number> {
    await this.keepOwnership();
    if (this.now() >= this.discoverAtMs) await this.discover();
    let count = 0;
    for (const [shardId, iterator] of [...this.iterators]) {
      if (isStopping()) break;
      await this.keepOwnership();
      count += await this.readShard(shardId, iterator, isStopping);
    }
    return count;
  }

  private async keepOwnership(): Promise<void> {
    if (this.isExtensionDue() && !(await this.takeOwnership())) throw new ReaderEndedError();
  }

  private isExtensionDue(): boolean {
    return this.now() - this.extendedAtMs >= EXTEND_MS;
  }

  /** Opens what may be read and is not open. A gap is made good before anything is read past it. */
  private async discover(): Promise<void> {
    if ((await this.source.arn()) !== this.streamArn) throw new ReaderEndedError();
    const shards = await this.source.shards(this.streamArn);
    const kept = await this.progress.checkpoints(this.streamArn);
    const { readable, expired, gap } = planShards(shards, kept);
    if (gap !== undefined) await (kept.size === 0 ? this.handler.begin() : this.handler.gap(gap));
    for (const [shardId, checkpoint] of readable) {
      if (this.iterators.has(shardId)) continue;
      if (checkpoint === undefined) await this.keep(shardId, SHARD_BEGINNING);
      await this.open(shardId, checkpoint === SHARD_BEGINNING ? undefined : checkpoint);
    }
    // Last, so that children of an expired shard are not taken for shards without a past.
    for (const shardId of expired) {
      this.iterators.delete(shardId);
      await this.progress.forget(this.streamArn, shardId);
    }
    this.discoverAtMs = this.now() + DISCOVERY_MS;
  }

  private async open(shardId: string, checkpoint: string | undefined): Promise<void> {
    let iterator: string | undefined;
    try {
      iterator = await this.source.iterator(this.streamArn, shardId, checkpoint);
    } catch (error) {
      if (!isTrimmed(error)) throw error;
      await this.handler.gap('records were trimmed before they were read');
      iterator = await this.source.iterator(this.streamArn, shardId, undefined);
    }
    if (iterator !== undefined) this.iterators.set(shardId, iterator);
  }

  private async readShard(shardId: string, iterator: string, isStopping: () => boolean): Promise<number> {
    const { records, next } = await this.source.read(iterator).catch(async (error: unknown) => {
      if (!isTrimmed(error)) throw error;
      await this.handler.gap('records were trimmed before they were read');
      return { records: [], next: await this.source.iterator(this.streamArn, shardId, undefined) };
    });
    let last: string | undefined;
    let count = 0;
    for (const record of records) {
      if (isStopping()) break;
      await this.handler.handle(record);
      last = sequenceNumberOf(record) ?? last;
      count += 1;
      if (last !== undefined && this.isExtensionDue()) await this.keep(shardId, last);
    }
    if (count < records.length) {
      if (last !== undefined) await this.keep(shardId, last);
      return count;
    }
    await this.moveOn(shardId, last, next);
    return count;
  }

  private async moveOn(shardId: string, last: string | undefined, next: string | undefined): Promise<void> {
    if (next !== undefined) {
      if (last !== undefined) await this.keep(shardId, last);
      this.iterators.set(shardId, next);
      return;
    }
    await this.keep(shardId, SHARD_DONE);
    this.iterators.delete(shardId);
    // Its children may be read now.
    this.discoverAtMs = 0;
  }

  private async keep(shardId: string, checkpoint: string): Promise<void> {
    const nowMs = this.now();
    const kept = await this.progress.checkpoint(this.streamArn, this.owner, shardId, checkpoint);
    if (!kept) throw new ReaderEndedError();
    this.extendedAtMs = nowMs;
  }
}

function isTrimmed(error: unknown): boolean {
  return error instanceof Error && error.name === 'TrimmedDataAccessException';
}
