import pg from 'pg';
import type { FeedSessionEvents, OpenFeedSession } from '../../src/cache/versions/feed-session.js';
import { ASK, CHANNEL, toFeedAnswer } from '../../src/cache/versions/postgres-queries.js';

/**
 * What a transaction pooler does to a listening connection: LISTEN runs on one server session, and what comes later on
 * whichever is free. The answers are those of the real server's sessions.
 */
export class PoolerDouble {
  private listener: pg.Client | undefined;
  private readonly clients: pg.Client[] = [];

  /** @param askOther whether questions go to the session that does not listen, from the start */
  constructor(
    private readonly url: string,
    public askOther: boolean,
  ) {}

  readonly open: OpenFeedSession = async (events) => {
    const [listener, other] = await Promise.all([this.connect(events), this.connect()]);
    await listener.query(`LISTEN ${CHANNEL}`);
    this.listener = listener;
    return {
      ask: async (tags) => {
        const session = this.askOther ? other : listener;
        return toFeedAnswer((await session.query<never>({ text: ASK, values: [tags] })).rows);
      },
      close: () => undefined,
    };
  };

  /** The session that listened is handed to nobody: its notifications reach no client. */
  async loseListener(): Promise<void> {
    this.askOther = true;
    await this.listener?.query(`UNLISTEN ${CHANNEL}`);
  }

  async close(): Promise<void> {
    await Promise.all(this.clients.map((client) => client.end().catch(() => undefined)));
  }

  private async connect(events?: FeedSessionEvents): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: this.url });
    client.on('error', () => undefined);
    if (events !== undefined) {
      client.on('notification', ({ payload }) => events.notification(payload ?? ''));
    }
    this.clients.push(client);
    await client.connect();
    return client;
  }
}
