import { createHash, randomBytes } from 'node:crypto';
import pg from 'pg';
import { migrate } from '../../src/prisma/migrate.js';
import { readMigrationsFolder } from '../../src/prisma/migrations-folder.js';

/** Serialises the making of templates among the workers of a run: any number that nobody else uses. */
const TEMPLATE_LOCK = 8_305_127;

/** A database of the test's own: migrated, without rows but those that the migrations make. */
export interface TestDatabase {
  readonly url: string;
  /** Ends whatever is still connected. */
  drop(): Promise<void>;
}

let template: Promise<string> | undefined;

/** Clones a database that was migrated once. The server is that of the environment's TEST_DATABASE_URL. */
export async function createTestDatabase(): Promise<TestDatabase> {
  template ??= ensureTemplate();
  return createDatabase(await template);
}

/** A database without any table. */
export function createEmptyDatabase(): Promise<TestDatabase> {
  return createDatabase('template1');
}

async function createDatabase(source: string): Promise<TestDatabase> {
  const name = `careline_test_${randomBytes(6).toString('hex')}`;
  await asAdmin((admin) => admin.query(`CREATE DATABASE ${name} TEMPLATE ${source}`));
  return {
    url: urlOf(name),
    drop: () =>
      asAdmin(async (admin) => {
        await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      }),
  };
}

/** The name of the template for the migrations as they are now. It gets this name when it is complete, not before. */
async function ensureTemplate(): Promise<string> {
  const { migrations } = await readMigrationsFolder();
  const digest = createHash('sha256').update(JSON.stringify(migrations)).digest('hex');
  const name = `careline_template_${digest.slice(0, 12)}`;
  await asAdmin(async (admin) => {
    await admin.query('SELECT pg_advisory_lock($1)', [TEMPLATE_LOCK]);
    const { rowCount } = await admin.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
    if (rowCount === 1) return;
    const draft = `${name}_draft`;
    await admin.query(`DROP DATABASE IF EXISTS ${draft} WITH (FORCE)`);
    await admin.query(`CREATE DATABASE ${draft}`);
    await migrate(urlOf(draft), { log: () => undefined });
    await admin.query(`ALTER DATABASE ${draft} RENAME TO ${name}`);
  });
  return name;
}

async function asAdmin<T>(work: (admin: pg.Client) => Promise<T>): Promise<T> {
  const admin = new pg.Client({ connectionString: adminUrl() });
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.end();
  }
}

function urlOf(database: string): string {
  const url = new URL(adminUrl());
  url.pathname = `/${database}`;
  return url.href;
}

function adminUrl(): string {
  const url = process.env['TEST_DATABASE_URL'];
  if (url === undefined) throw new Error('TEST_DATABASE_URL is not set: the global set-up of Jest does it');
  return url;
}
