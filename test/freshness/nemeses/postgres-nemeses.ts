import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Cluster } from '../cluster/cluster.js';
import { waitUntil } from '../../support/wait-until.js';
import type { Nemesis } from './nemesis.js';

const READY_DEADLINE_MS = 60_000;

/** It is started again by its keeper, which gives up when it dies more than three times within a minute. */
export const postgresRestarted: Nemesis = {
  name: 'postgres-restarted',
  everyMs: 25_000,
  async begin({ cluster, random }) {
    const [setting] = await cluster.sql.rows<{ data_directory: string }>('SHOW data_directory');
    const file = join(setting?.data_directory ?? '', 'postmaster.pid');
    const pid = Number(readFileSync(file, 'utf8').split('\n')[0]);
    // Fast or immediate shutdown: https://www.postgresql.org/docs/18/server-shutdown.html
    const signal = random.pick(['SIGINT', 'SIGQUIT'] as const);
    process.kill(pid, signal);
    return { what: `PostgreSQL restarted by ${signal}`, durationMs: 0, heal: () => answers(cluster) };
  },
};

/** A server process is killed: PostgreSQL ends all others, and recovers from its log. */
export const postgresCrashed: Nemesis = {
  name: 'postgres-crashed',
  everyMs: 10_000,
  async begin({ cluster }) {
    const [victim] = await cluster.sql.rows<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity WHERE application_name = 'careline' ORDER BY random() LIMIT 1`,
    );
    if (victim !== undefined) process.kill(victim.pid, 'SIGKILL');
    return { what: 'a server process of PostgreSQL killed', durationMs: 0, heal: () => answers(cluster) };
  },
};

/** Everything cached is flushed by another program. */
export const flushed: Nemesis = {
  name: 'flushed',
  async begin({ cluster }) {
    await cluster.sql.run(`SELECT cache_bump(ARRAY['*'])`);
    return { what: 'everything flushed', durationMs: 0, heal: () => undefined };
  },
};

function answers({ sql }: Cluster): Promise<void> {
  return waitUntil('PostgreSQL answers', () => sql.run('SELECT 1'), READY_DEADLINE_MS);
}
