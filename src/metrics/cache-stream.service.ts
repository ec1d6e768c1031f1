import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { Readable } from 'node:stream';
import { AppError } from '../common/errors/app-error.js';
import { CacheOperationsService } from './cache-operations.service.js';
import { StatsSubscriber } from './stats-subscriber.js';

const TICK_MS = 1_000;
const MAX_CLIENTS = 32;
/** A browser that loses its connection may be gone for a while before we hear of it. */
const MAX_CLIENTS_OF_A_SUBJECT = 8;
const RETRY_AFTER_SECONDS = 5;

/**
 * Sends the statistics to every client once a second, as server-sent events
 * (https://html.spec.whatwg.org/multipage/server-sent-events.html). They are the heartbeat too. They are read once for all
 * clients, and not at all while there are none.
 */
@Injectable()
export class CacheStreamService implements OnModuleDestroy {
  private readonly clients = new Set<StatsSubscriber>();
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(private readonly operations: CacheOperationsService) {}

  /**
   * A stream for `subject`, which ends at `expiresAtMs` and when the service stops.
   * @throws {AppError} `SERVICE_UNAVAILABLE` when there are too many, `RATE_LIMITED` when `subject` has too many
   */
  open(subject: string, expiresAtMs: number): Readable {
    const own = [...this.clients].filter((client) => client.subject === subject).length;
    if (this.stopped || this.clients.size >= MAX_CLIENTS) {
      throw refusal('SERVICE_UNAVAILABLE', 'No more streams can be served at the moment.');
    }
    if (own >= MAX_CLIENTS_OF_A_SUBJECT) {
      throw refusal('RATE_LIMITED', `At most ${MAX_CLIENTS_OF_A_SUBJECT} streams of one user are served.`);
    }
    const client = new StatsSubscriber(subject, expiresAtMs);
    this.clients.add(client);
    client.stream.once('close', () => this.left(client));
    client.offer(this.snapshot());
    this.timer ??= setInterval(() => this.tick(), TICK_MS);
    return client.stream;
  }

  /** Before the server waits for requests in flight, of which each stream is one. */
  onModuleDestroy(): void {
    this.stopped = true;
    for (const client of this.clients) client.end('shutdown');
    clearInterval(this.timer);
  }

  private tick(): void {
    const snapshot = this.snapshot();
    const now = Date.now();
    for (const client of this.clients) {
      if (now >= client.expiresAtMs) client.end('expired');
      else client.offer(snapshot);
    }
  }

  private snapshot(): string {
    return `event: stats\ndata: ${JSON.stringify(this.operations.stats())}\n\n`;
  }

  private left(client: StatsSubscriber): void {
    this.clients.delete(client);
    if (this.clients.size > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }
}

function refusal(code: 'SERVICE_UNAVAILABLE' | 'RATE_LIMITED', message: string): AppError {
  return new AppError(code, message, { retryAfterSeconds: RETRY_AFTER_SECONDS });
}
