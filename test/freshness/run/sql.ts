import pg from 'pg';

const STATEMENT_TIMEOUT_MS = 8_000;
const CONNECT_TIMEOUT_MS = 2_000;

/** Another program at the same database: it goes past the proxies, and past the service. */
export class Sql {
  private readonly pool: pg.Pool;

  constructor(url: string) {
    this.pool = new pg.Pool({
      connectionString: url,
      max: 6,
      query_timeout: STATEMENT_TIMEOUT_MS,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      application_name: 'freshness',
    });
    this.pool.on('error', () => undefined);
  }

  /** @returns whether it succeeded; else nobody knows whether it happened */
  async run(statement: string, values: readonly unknown[] = []): Promise<boolean> {
    try {
      await this.pool.query(statement, [...values]);
      return true;
    } catch {
      return false;
    }
  }

  /** @throws what PostgreSQL says */
  async rows<Row extends pg.QueryResultRow>(
    statement: string,
    values: readonly unknown[] = [],
  ): Promise<Row[]> {
    return (await this.pool.query<Row>(statement, [...values])).rows;
  }

  /** A connection of its own, for a transaction in steps; the caller releases it. */
  connect(): Promise<pg.PoolClient> {
    return this.pool.connect();
  }

  async close(): Promise<void> {
    await this.pool.end();
  }
}
