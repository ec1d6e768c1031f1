import { randomUUID } from 'node:crypto';
import pg from 'pg';
import type { Role } from '../../src/auth/principal.js';

/** Writes rows past the service, as another program would. */
export class ClinicalRows {
  private constructor(private readonly client: pg.Client) {}

  static async connect(databaseUrl: string): Promise<ClinicalRows> {
    const client = new pg.Client({ connectionString: databaseUrl });
    // The end of the test drops the database under this connection.
    client.on('error', () => undefined);
    await client.connect();
    return new ClinicalRows(client);
  }

  async query<Row extends pg.QueryResultRow>(sql: string, values: unknown[] = []): Promise<Row[]> {
    return (await this.client.query<Row>(sql, values)).rows;
  }

  /** One user a role, of the same name: `clinician`, `admin`, and `patient`, who is `patientId`. */
  async users(patientId: string): Promise<void> {
    await this.user('clinician', 'clinician');
    await this.user('admin', 'admin');
    await this.user('patient', 'patient', patientId);
  }

  async user(handle: string, role: Role, patientId: string | null = null): Promise<string> {
    const id = randomUUID();
    await this.query(
      'INSERT INTO app_user (id, handle, display_name, role, patient_id) VALUES ($1, $2, $3, $4, $5)',
      [id, handle, `Name of ${handle}`, role, patientId],
    );
    return id;
  }

  async patient(familyName = 'Doe', givenName = 'Jo', id: string = randomUUID()): Promise<string> {
    await this.query(
      `INSERT INTO patient (id, family_name, given_name, birth_date, gender) VALUES ($1, $2, $3, '1980-01-02', 'other')`,
      [id, familyName, givenName],
    );
    return id;
  }

  async exam(
    patientId: string,
    date: string = '2026-01-01T00:00:00Z',
    id: string = randomUUID(),
  ): Promise<string> {
    await this.query(
      `INSERT INTO exam (id, patient_id, code, code_system, name, result, unit, date)
       VALUES ($1, $2, 'E', 'urn:test', 'exam', '1', 'mg', $3)`,
      [id, patientId, date],
    );
    return id;
  }

  async medication(
    patientId: string,
    date: string = '2026-01-01T00:00:00Z',
    id: string = randomUUID(),
  ): Promise<string> {
    await this.query(
      `INSERT INTO medication (id, patient_id, code, code_system, name, status, dosage, date)
       VALUES ($1, $2, 'M', 'urn:test', 'medication', 'active', 'daily', $3)`,
      [id, patientId, date],
    );
    return id;
  }

  /** The version of a cache tag; 0 where it has none. */
  async version(tag: string): Promise<number> {
    const [row] = await this.query<{ version: string }>('SELECT version FROM cache_tag WHERE tag = $1', [
      tag,
    ]);
    return Number(row?.version ?? 0);
  }

  async close(): Promise<void> {
    await this.client.end();
  }
}
