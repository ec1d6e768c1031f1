import pg from 'pg';
import { observeSnapshot } from '../../src/cache/core/snapshot.js';
import type { TagRow } from '../../src/cache/versions/postgres-queries.js';
import type { Gate } from './cache-gate.js';

/** What the tests cache: a patient's name, and the results of the exams. */
export interface PatientRecord {
  readonly name: string;
  readonly exams: readonly string[];
}

const CONNECTIONS = 4;

/** The loader of a record, as a repository has one: everything in one snapshot, which says what versions it saw. */
export class PatientOrigin {
  private readonly pool: pg.Pool;
  /** How often it was asked. */
  loads = 0;
  /** Where a load stands still: with its data read, and nothing stored yet. */
  gate: Gate | undefined;

  constructor(databaseUrl: string) {
    this.pool = new pg.Pool({
      connectionString: databaseUrl,
      max: CONNECTIONS,
      connectionTimeoutMillis: 5_000,
      query_timeout: 5_000,
    });
    this.pool.on('error', () => undefined);
  }

  /** Null when there is no such patient. */
  async record(id: string): Promise<PatientRecord | null> {
    this.loads++;
    const record = await this.read(id);
    await this.gate?.pass();
    return record;
  }

  close(): Promise<void> {
    return this.pool.end();
  }

  private async read(id: string): Promise<PatientRecord | null> {
    const client = await this.pool.connect();
    let failure: Error | undefined;
    // A connection that is cut between two queries says so by an event; nobody listening would end the process.
    const fail = (error: Error): void => void (failure = error);
    client.on('error', fail);
    try {
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
      await observeSnapshot(async (tags) => {
        const sql = 'SELECT tag, version::text AS version, nonce FROM cache_tag WHERE tag = ANY ($1::text[])';
        return (await client.query<TagRow>(sql, [tags])).rows;
      });
      const patients = await client.query<{ name: string }>(
        'SELECT family_name AS name FROM patient WHERE id = $1',
        [id],
      );
      const exams = await client.query<{ result: string }>(
        'SELECT result FROM exam WHERE patient_id = $1 ORDER BY id',
        [id],
      );
      await client.query('COMMIT');
      const [patient] = patients.rows;
      return patient === undefined
        ? null
        : { name: patient.name, exams: exams.rows.map(({ result }) => result) };
    } catch (error) {
      failure = error as Error;
      throw error;
    } finally {
      client.off('error', fail);
      client.release(failure);
    }
  }
}
