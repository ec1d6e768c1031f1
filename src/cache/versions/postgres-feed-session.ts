import pg from 'pg';
import type { FeedSession, OpenFeedSession } from './feed-session.js';
import { ASK, CHANNEL, toFeedAnswer } from './postgres-queries.js';

const CONNECT_TIMEOUT_MS = 2_000;
/** Its types do not know the time limit of one query. */
const LISTEN = { text: `LISTEN ${CHANNEL}`, query_timeout: CONNECT_TIMEOUT_MS } as pg.QueryConfig;

/** Opens listening connections to PostgreSQL. They need a direct connection, or a pooler that pools sessions. */
export function postgresFeedSessions(connectionString: string): OpenFeedSession {
  return async (events) => {
    const client = new pg.Client({
      connectionString,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      application_name: 'careline-feed',
      keepAlive: true,
    });
    client.on('error', () => events.closed());
    client.on('end', () => events.closed());
    client.on('notification', ({ channel, payload }) => {
      if (channel === CHANNEL) events.notification(payload ?? '');
    });
    try {
      await client.connect();
      await client.query(LISTEN);
    } catch (error) {
      abandon(client);
      throw error;
    }
    const session: FeedSession = {
      ask: async (tags) =>
        toFeedAnswer((await client.query<never>({ name: 'careline-ask', text: ASK, values: [tags] })).rows),
      close: () => abandon(client),
    };
    return session;
  };
}

/** Closes without waiting for a server that may not answer any more. */
function abandon(client: pg.Client): void {
  client.end().catch(() => undefined);
  (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
}
