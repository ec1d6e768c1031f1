import { randomUUID } from 'node:crypto';
import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { describeError } from '../../common/logging/describe-error.js';
import { backoffMs, pauseFor } from '../../waiting/backoff.js';
import { Retention } from './retention.js';
import { StreamCounts } from './stream-counts.js';
import { StreamHandler } from './stream-handler.js';
import { StreamProgressRepository } from '../postgres/stream-progress.repository.js';
import { ReaderEndedError, StreamReader } from './stream-reader.js';
import { StreamSource } from '../table/stream-source.js';

/** How often the stream is asked while it has nothing new, and for its ownership while another instance has it. */
export const POLL_MS = 250;
const MAX_BACKOFF_MS = 5_000;
/** How often it is asked which stream the table has, while another instance reads it or there is none. */
const LOOK_MS = 5_000;

/** Injection token of the {@link StreamSource} to poll; undefined: this process polls none. */
export const PolledStream = Symbol('PolledStream');

/** Reads the stream of messages in this process, while no other instance does. */
@Injectable()
export class StreamPoller implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('messaging-stream');
  private readonly owner = randomUUID();
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;
  private reader: StreamReader | undefined;
  /** Reads as soon as it owns the stream. */
  private candidate: StreamReader | undefined;
  private lookAtMs = 0;
  private failures = 0;

  constructor(
    @Inject(PolledStream) private readonly source: StreamSource | undefined,
    private readonly handler: StreamHandler,
    private readonly progress: StreamProgressRepository,
    private readonly retention: Retention,
    private readonly counts: StreamCounts,
  ) {}

  onApplicationBootstrap(): void {
    if (this.source !== undefined) this.running = this.run(this.source);
  }

  /** Finishes the record at hand, keeps the checkpoint, and gives the ownership up. */
  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    await this.running;
    this.source?.close();
  }

  private async run(source: StreamSource): Promise<void> {
    while (!this.isStopping()) {
      const delayMs = await this.turn(source).catch((error: unknown) => this.failed(error));
      await pauseFor(delayMs, this.stopping.signal).catch(() => undefined);
    }
    await this.letGo();
  }

  /** @returns how long to wait before the next one, ms */
  private async turn(source: StreamSource): Promise<number> {
    this.reader ??= await this.takeOver(source);
    const count = (await this.reader?.round(() => this.isStopping())) ?? 0;
    if (this.failures > 0) this.logger.log('The stream of messages is read again.');
    this.failures = 0;
    if (this.reader !== undefined) await this.retention.prune();
    return count > 0 ? 0 : POLL_MS;
  }

  private async takeOver(source: StreamSource): Promise<StreamReader | undefined> {
    if (performance.now() >= this.lookAtMs) {
      const streamArn = await source.arn();
      this.lookAtMs = performance.now() + LOOK_MS;
      this.candidate =
        streamArn === undefined
          ? undefined
          : new StreamReader(streamArn, this.owner, source, this.progress, this.handler);
    }
    const { candidate } = this;
    if (candidate === undefined || !(await candidate.takeOwnership())) return undefined;
    this.counts.isOwner = true;
    return candidate;
  }

  /** Begins anew, from the checkpoints; after a fault, later and later. Logged once an outage. */
  private async failed(error: unknown): Promise<number> {
    await this.letGo();
    if (error instanceof ReaderEndedError) return POLL_MS;
    this.failures += 1;
    if (this.failures === 1) {
      const { type, code } = describeError(error);
      this.logger.warn(`The stream of messages cannot be read (${code ?? type}); it is tried again.`);
    }
    return backoffMs(this.failures, { baseMs: POLL_MS, longestMs: MAX_BACKOFF_MS });
  }

  private async letGo(): Promise<void> {
    const { reader } = this;
    this.reader = undefined;
    // The next one begins without what this one knew.
    this.candidate = undefined;
    this.lookAtMs = 0;
    this.counts.isOwner = false;
    // Where this fails too, the ownership runs out by itself.
    if (reader !== undefined)
      await this.progress.giveUpOwnership(reader.streamArn, this.owner).catch(() => undefined);
  }

  private isStopping(): boolean {
    return this.stopping.signal.aborted;
  }
}
