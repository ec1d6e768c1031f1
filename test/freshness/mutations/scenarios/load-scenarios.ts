import { setTimeout as delay } from 'node:timers/promises';
import type { Sql } from '../../run/sql.js';
import type { Scenario } from '../mutation.js';
import { blockExams, untilBlocked, warm } from './steps.js';

const ARRIVAL_MS = 300;

/** A write commits between two statements of a load. */
export const writeInsideLoad: Scenario = async (context) => {
  const { session, subject, record } = context;
  const { client, end } = await blockExams(context);
  const load = session.read(subject, record);
  await untilBlocked(context);
  const write = session.beginWrite(record, 'phone');
  await client.query('UPDATE patient SET phone = $1 WHERE id = $2', [write.value, record.id]);
  await end();
  write.answered();
  await load;
  await session.read(subject, record);
};

/** A request begins after a write, while a load runs that began before it. */
export const readDuringOlderLoad: Scenario = async (context) => {
  const { session, subject, record } = context;
  const { end } = await blockExams(context);
  const older = session.read(subject, record);
  await untilBlocked(context);
  await session.write('sql', record, 'phone');
  const newer = session.read(subject, record);
  await delay(ARRIVAL_MS);
  await end();
  await Promise.all([older, newer]);
};

/** A write, and a read right after its answer. */
export const readAfterWrite: Scenario = async (context) => {
  const { session, subject, record } = context;
  await warm(context);
  await session.write(subject, record, 'phone');
  await session.read(subject, record);
};

/** The id of the record is spelled in upper case. */
export const upperCaseId: Scenario = async ({ session, subject, record }) => {
  await session.read(subject, record, { upperCase: true });
  await session.write('sql', record, 'phone');
  await session.read(subject, record, { upperCase: true });
};

/** The first load after a write meets a server that has not got the write yet. */
export const laggingServer: Scenario = async (context) => {
  const { cluster, session, subject, record } = context;
  await cluster.sql.rows('CREATE TABLE IF NOT EXISTS freshness_lag (snapshot text)');
  const client = await cluster.sql.connect();
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
    const { rows } = await client.query<{ snapshot: string }>('SELECT pg_export_snapshot() AS snapshot');
    await session.write('sql', record, 'phone');
    // It can be used as long as this transaction is open.
    await cluster.sql.rows('INSERT INTO freshness_lag VALUES ($1)', [rows[0]?.snapshot]);
    await session.read(subject, record);
  } finally {
    await client.query('ROLLBACK');
    client.release();
  }
};

/** The versions are set back, as after a restore, and a write uses the same counter again. */
export const restoredDatabase: Scenario = async (context) => {
  const { cluster, session, subject, record } = context;
  await session.write('sql', record, 'phone');
  await warm(context);
  await setBack(cluster.sql, `patient:${record.id}`);
  await session.write('sql', record, 'phone');
  await session.read(subject, record);
};

/** What no client may do, and a restore does. */
async function setBack(sql: Sql, tag: string): Promise<void> {
  const client = await sql.connect();
  try {
    await client.query('BEGIN');
    await client.query('ALTER TABLE cache_tag DISABLE TRIGGER cache_tag_guard');
    await client.query('UPDATE cache_tag SET version = version - 1 WHERE tag = $1', [tag]);
    await client.query('ALTER TABLE cache_tag ENABLE ALWAYS TRIGGER cache_tag_guard');
    await client.query('COMMIT');
  } finally {
    client.release();
  }
}
