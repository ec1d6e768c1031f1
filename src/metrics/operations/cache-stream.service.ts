import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { Readable } from 'node:stream';
import { EventStreamClients } from '../../common/event-stream/event-stream-clients.js';
import { CacheOperationsService } from './cache-operations.service.js';
import { StatsSubscriber } from './stats-subscriber.js';

const TICK_MS = 1_000;
const LIMITS = { clients: 32, ofASubject: 8 };

/**
 * Sends the statistics to every client once a second. They are the heartbeat too. They are read once for all clients, and
 * not at all while there are none.
 */
@Injectable()
export class CacheStreamService implements OnModuleDestroy {
  private readonly clients = new EventStreamClients<StatsSubscriber>(LIMITS, () => this.left());
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly operations: CacheOperationsService) {}

  /**
   * A stream for `subject`, which ends at `expiresAtMs` and when the service stops.
   * @throws {AppError} `SERVICE_UNAVAILABLE` when there are too many, `RATE_LIMITED` when `subject` has too many
   */
  open(subject: string, expiresAtMs: number): Readable {
    this.clients.admit(subject);
    const client = new StatsSubscriber(subject, expiresAtMs);
    this.clients.add(client);
    client.offer(this.snapshot());
    this.timer ??= setInterval(() => this.tick(), TICK_MS);
    return client.stream;
  }

  onModuleDestroy(): void {
    this.clients.stop();
    clearInterval(this.timer);
  }

  private tick(): void {
    this.clients.expire(Date.now());
    const snapshot = this.snapshot();
    for (const client of this.clients) client.offer(snapshot);
  }

  private snapshot(): string {
    return `event: stats\ndata: ${JSON.stringify(this.operations.stats())}\n\n`;
  }

  private left(): void {
    if (this.clients.size > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }
}
