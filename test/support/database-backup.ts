import pg from 'pg';

/** A copy of a database, to be put back in its place: what a restore from a backup does. */
export interface DatabaseBackup {
  /** Ends every connection to the database, and puts the copy in its place. */
  restore(): Promise<void>;
  drop(): Promise<void>;
}

/** Copies the database of `url`. For a moment nobody may be connected to it: who is, is disconnected. */
export async function backUp(url: string): Promise<DatabaseBackup> {
  const database = new URL(url).pathname.slice(1);
  const copy = `${database}_backup`;
  await asAdmin(url, async (admin) => {
    await disconnect(admin, database);
    await admin.query(`CREATE DATABASE ${copy} TEMPLATE ${database}`);
  });
  return {
    restore: () =>
      asAdmin(url, async (admin) => {
        await admin.query(`DROP DATABASE ${database} WITH (FORCE)`);
        await admin.query(`CREATE DATABASE ${database} TEMPLATE ${copy}`);
      }),
    drop: () =>
      asAdmin(url, async (admin) => {
        await admin.query(`DROP DATABASE IF EXISTS ${copy} WITH (FORCE)`);
      }),
  };
}

async function disconnect(admin: pg.Client, database: string): Promise<void> {
  await admin.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [database]);
}

async function asAdmin(url: string, work: (admin: pg.Client) => Promise<void>): Promise<void> {
  const elsewhere = new URL(url);
  elsewhere.pathname = '/template1';
  const admin = new pg.Client({ connectionString: elsewhere.href });
  await admin.connect();
  try {
    await work(admin);
  } finally {
    await admin.end();
  }
}
