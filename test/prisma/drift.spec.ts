import { readFileSync } from 'node:fs';
import type { SchemaEngine } from '@prisma/schema-engine-wasm/schema_engine_bg';
import pg from 'pg';
import { readMigrationsFolder } from '../../src/prisma/migrations-folder.js';
import { openSchemaEngine, toMigrationList, WHOLE_SCHEMA } from '../../src/prisma/schema-engine.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { catalogueAdapterFactory } from './catalogue-adapter.js';
import { connect } from './version-watch.js';

const FILES = [{ path: 'schema.prisma', content: readFileSync('prisma/schema.prisma', 'utf8') }];

/** What Prisma would have to do to turn the database of `url` into schema.prisma; 'nothing' where they are equal. */
async function correction(url: string): Promise<string | null> {
  return withEngine(url, async (engine) => {
    const { exitCode, stdout } = await engine.diff({
      from: { tag: 'schemaDatasource', configDir: '.', files: FILES },
      to: { tag: 'schemaDatamodel', files: FILES },
      script: true,
      exitCode: true,
      filters: WHOLE_SCHEMA,
    });
    return exitCode === 0 ? 'nothing' : stdout;
  });
}

async function withEngine<T>(url: string, work: (engine: SchemaEngine) => Promise<T>): Promise<T> {
  const pool = new pg.Pool({ connectionString: url });
  const engine = await openSchemaEngine(catalogueAdapterFactory(pool));
  try {
    return await work(engine);
  } finally {
    engine.free();
    await pool.end();
  }
}

describe('the migrated database, as Prisma’s own engine sees it', () => {
  let database: TestDatabase;

  beforeEach(async () => {
    database = await createTestDatabase();
  });
  afterEach(() => database.drop());

  it('equals schema.prisma', async () => {
    expect(await correction(database.url)).toBe('nothing');
  });

  it.each([
    ['DROP INDEX patient_name_key_trgm_idx', 'CREATE INDEX "patient_name_key_trgm_idx"'],
    ['ALTER TABLE exam ALTER COLUMN unit SET NOT NULL', 'ALTER COLUMN "unit" DROP NOT NULL'],
    ['ALTER TABLE cache_tag_pending ADD COLUMN more text', 'DROP COLUMN "more"'],
  ])('would be seen to differ after %s', async (sql, expected) => {
    const psql = await connect(database.url);
    await psql.query(sql);
    await psql.end();
    expect(await correction(database.url)).toContain(expected);
  });

  it('has the history of the migrations folder: nothing edited, failed, missing or unknown', async () => {
    const migrationsList = toMigrationList(await readMigrationsFolder());
    const diagnosis = await withEngine(database.url, (engine) =>
      engine.diagnoseMigrationHistory({
        migrationsList,
        optInToShadowDatabase: false,
        filters: WHOLE_SCHEMA,
      }),
    );
    expect(diagnosis).toEqual({
      hasMigrationsTable: true,
      editedMigrationNames: [],
      failedMigrationNames: [],
      history: null,
    });
  });
});
