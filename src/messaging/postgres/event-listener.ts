import { Inject, Injectable } from '@nestjs/common';
import pg from 'pg';
import { CONFIG, type ServiceConfig } from '../../config/index.js';
import { EVENTS_CHANNEL } from './message-events.repository.js';
import { backoffMs, pauseFor } from '../../waiting/backoff.js';

const CONNECT_TIMEOUT_MS = 2_000;
/** Its types do not know the time limit of one query. */
const LISTEN = { text: `LISTEN ${EVENTS_CHANNEL}`, query_timeout: CONNECT_TIMEOUT_MS } as pg.QueryConfig;
const PAUSES = { baseMs: 250, longestMs: 10_000 } as const;

/** Hears from PostgreSQL that there are new events, on a connection of its own. */
@Injectable()
export class EventListener {
  private readonly stopping = new AbortController();

  constructor(@Inject(CONFIG) private readonly config: Pick<ServiceConfig, 'databaseUrl'>) {}

  /**
   * Calls `heard` whenever there may be new events: also after each connect, since what was notified while there was no
   * connection is lost. Goes on until it is closed, and never rejects.
   */
  async listen(heard: () => void): Promise<void> {
    for (let failures = 0; !this.stopping.signal.aborted; failures += 1) {
      const isConnected = await this.session(heard).catch(() => false);
      if (isConnected) failures = 0;
      await pauseFor(backoffMs(failures, PAUSES), this.stopping.signal).catch(() => undefined);
    }
  }

  /** At once, also while it connects. */
  close(): void {
    this.stopping.abort();
  }

  /** @returns true when a connection that listened has ended */
  private async session(heard: () => void): Promise<boolean> {
    const client = new pg.Client({
      connectionString: this.config.databaseUrl,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      application_name: 'careline-events',
      keepAlive: true,
    });
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    const end = (): void => resolve();
    client.once('end', end);
    client.on('error', end);
    this.stopping.signal.addEventListener('abort', end, { once: true });
    client.on('notification', heard);
    let isConnected = false;
    const listening = (async () => {
      await client.connect();
      await client.query(LISTEN);
      isConnected = true;
      heard();
      await ended;
    })();
    try {
      // A connect that was given up never settles.
      await Promise.race([listening, ended]);
      return isConnected;
    } finally {
      // Or every session that ever was would be held until the service stops.
      this.stopping.signal.removeEventListener('abort', end);
      listening.catch(() => undefined);
      abandon(client);
    }
  }
}

/** Closes without waiting for a server that may not answer any more. */
function abandon(client: pg.Client): void {
  client.end().catch(() => undefined);
  (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
}
