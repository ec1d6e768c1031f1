import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { observeSnapshot, uuidTag } from '../../../src/cache/index.js';
import type { TagRow } from '../../../src/cache/versions/postgres-queries.js';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';

export const thingTag = uuidTag('patient');

/** Things with names in a real PostgreSQL (rows of `patient`), read as loads have to read them. */
export class Origin {
  /** The ids that were read, in order. */
  readonly reads: string[] = [];

  private constructor(
    private readonly database: TestDatabase,
    private readonly pool: pg.Pool,
  ) {}

  static async open(): Promise<Origin> {
    const database = await createTestDatabase();
    const pool = new pg.Pool({ connectionString: database.url, max: 4 });
    // The end of the test drops the database under its connections.
    pool.on('error', () => undefined);
    return new Origin(database, pool);
  }

  get url(): string {
    return this.database.url;
  }

  async add(name: string, id: string = randomUUID()): Promise<string> {
    await this.pool.query(
      `INSERT INTO patient (id, family_name, given_name, birth_date, gender) VALUES ($1, $2, 'Jo', '1980-01-02', 'other')`,
      [id, name],
    );
    return id;
  }

  async rename(id: string, name: string): Promise<void> {
    await this.pool.query('UPDATE patient SET family_name = $2 WHERE id = $1', [id, name]);
  }

  /** The name of a thing, of one moment with its version; undefined when there is none. */
  async read(id: string): Promise<string | undefined> {
    this.reads.push(id);
    const client = await this.pool.connect();
    try {
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
      await observeSnapshot(async (tags) => {
        const sql = 'SELECT tag, version::text AS version, nonce FROM cache_tag WHERE tag = ANY ($1)';
        return (await client.query<TagRow>(sql, [tags])).rows;
      });
      const { rows } = await client.query<{ name: string }>(
        'SELECT family_name AS name FROM patient WHERE id = $1',
        [id],
      );
      await client.query('COMMIT');
      return rows[0]?.name;
    } finally {
      client.release();
    }
  }

  async close(): Promise<void> {
    await this.pool.end();
    await this.database.drop();
  }
}
