import type { Direction } from '../network/postgres-proxy.js';
import type { Nemesis } from './nemesis.js';

/** The name that listening connections give themselves. */
export const FEED = 'careline-feed';
/** And those that look versions up beside the feed. */
const DIRECT = 'careline-versions';

/** PostgreSQL ends listening connections: of all instances at once. */
export const listenKilled: Nemesis = {
  name: 'listen-killed',
  async begin({ cluster }) {
    const statement = 'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1';
    await cluster.sql.run(statement, [FEED]);
    return { what: 'all listening connections terminated', durationMs: 0, heal: () => undefined };
  },
};

/** One instance's listening connections hang, in one direction or both, and those that it opens meanwhile. */
export const listenHung: Nemesis = {
  name: 'listen-hung',
  begin({ cluster, random }) {
    const { name } = random.pick(cluster.instances);
    const directions = random.pick<Direction[]>([['to-client'], ['to-server'], ['to-client', 'to-server']]);
    const ends = directions.map((to) => cluster.postgres.hold({ instance: name, application: FEED }, to));
    return {
      what: `feed of ${name} hangs ${directions.join(' and ')}`,
      durationMs: random.between(100, 3_000),
      heal: () => ends.forEach((end) => end()),
    };
  },
};

/** One instance can neither listen nor look versions up. */
export const authorityCut: Nemesis = {
  name: 'versions-unreachable',
  begin({ cluster, random }) {
    const { name } = random.pick(cluster.instances);
    const ends = [FEED, DIRECT].map((application) => cluster.postgres.cut({ instance: name, application }));
    return {
      what: `${name} reaches no versions`,
      durationMs: random.between(200, 2_000),
      heal: () => ends.forEach((end) => end()),
    };
  },
};
