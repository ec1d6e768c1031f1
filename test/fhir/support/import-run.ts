import pg from 'pg';
import { BundleRepository } from '../../../src/fhir/bundle.repository.js';
import { importBundles, type ImportProgress } from '../../../src/fhir/import-bundles.js';
import type { ImportReport } from '../../../src/fhir/import-report.js';
import { createTestDatabase } from '../../support/test-database.js';

export const SILENT: ImportProgress = { started() {}, imported() {}, failed() {} };

/** A database to import into, and a connection to look at it. */
export interface ImportDatabase {
  readonly url: string;
  readonly client: pg.Client;
  /** Imports as the command does, over a connection of its own. */
  import(...paths: string[]): Promise<ImportReport>;
  query<Row extends pg.QueryResultRow>(sql: string, parameters?: unknown[]): Promise<Row[]>;
  /** Everything that an import may write, as text, with the transaction that wrote each row last. */
  snapshot(): Promise<Record<string, unknown>>;
  close(): Promise<void>;
}

export async function createImportDatabase(): Promise<ImportDatabase> {
  const database = await createTestDatabase();
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const query = async <Row extends pg.QueryResultRow>(
    sql: string,
    parameters: unknown[] = [],
  ): Promise<Row[]> => (await client.query<Row>(sql, parameters)).rows;
  return {
    url: database.url,
    client,
    query,
    import: (...paths) => importInto(database.url, paths),
    snapshot: async () => ({
      patient: await query('SELECT xmin::text, patient.* FROM patient ORDER BY id'),
      exam: await query('SELECT xmin::text, exam.* FROM exam ORDER BY id'),
      medication: await query('SELECT xmin::text, medication.* FROM medication ORDER BY id'),
      tags: await query('SELECT tag, version, nonce FROM cache_tag ORDER BY tag'),
    }),
    close: async () => {
      await client.end();
      await database.drop();
    },
  };
}

async function importInto(url: string, paths: string[]): Promise<ImportReport> {
  const repository = new BundleRepository(url);
  try {
    return await importBundles(paths, { repository, progress: SILENT });
  } finally {
    await repository.close();
  }
}
