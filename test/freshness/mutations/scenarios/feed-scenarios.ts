import { setTimeout as delay } from 'node:timers/promises';
import { waitUntil } from '../../../support/wait-until.js';
import { BOUND_MS } from '../../run/campaign.js';
import type { Scenario, ScenarioContext } from '../mutation.js';
import { feedOf, keepReading, pastBound, warm } from './steps.js';

/** The feed hangs while another program writes. */
export const hungFeed: Scenario = async (context) => {
  const { cluster, session, subject, record } = context;
  await warm(context);
  const heal = cluster.postgres.hold(feedOf(context), 'to-client');
  await session.write('sql', record, 'phone');
  await pastBound();
  await session.read(subject, record);
  heal();
};

/** The same, and the wall clock of the instance is set back. */
export const hungFeedClockSetBack: Scenario = async (context) => {
  const { subject } = context;
  await warm(context);
  subject.setClock(-3_600_000);
  await hungFeed(context);
  subject.setClock(0);
};

/** The process is frozen for longer than the bound, and asked before it can learn anything. */
export const frozen: Scenario = async (context) => {
  const { cluster, session, subject, record } = context;
  await warm(context);
  const goOn = subject.freeze();
  const heal = cluster.postgres.hold(feedOf(context), 'to-client');
  await session.write('sql', record, 'phone');
  await pastBound();
  const read = session.read(subject, record);
  goOn();
  await read;
  heal();
};

/** The answer to a ping takes nearly as long as the bound, and a write comes right after the question. */
export const slowAnswer: Scenario = async (context) => {
  const { cluster, session, subject, record } = context;
  await warm(context);
  const heal = cluster.postgres.hold(feedOf(context), 'to-client');
  const lane = cluster.postgres.lane(feedOf(context), 'to-client');
  await waitUntil('the answer of a ping is kept back', () => lane.keptChunks > 0);
  const before = lane.keptChunks;
  await session.write('sql', record, 'phone');
  await delay(0.7 * BOUND_MS);
  lane.letThrough(before);
  await delay(0.36 * BOUND_MS);
  await session.read(subject, record);
  heal();
};

/** The connection is lost; a write comes before there is another one. */
export const reconnect: Scenario = async (context) => {
  const { cluster, session, record } = context;
  await warm(context);
  const heal = cluster.postgres.cut(feedOf(context));
  await session.write('sql', record, 'phone');
  heal();
  await pastBound();
  await keepReading(context, BOUND_MS);
};

const INJECTIONS = 5;

/** Whoever meets a ping under way has broken the connection: again on the next one. */
async function stopListening(context: ScenarioContext): Promise<void> {
  for (let i = 1; ; i++) {
    await warm(context);
    try {
      return await context.cluster.postgres.inject(feedOf(context), 'UNLISTEN *');
    } catch (error) {
      if (i === INJECTIONS) throw error;
      await pastBound();
    }
  }
}

/** The server's session no longer listens, as behind a pooler, and goes on answering. */
export const listenLost: Scenario = async (context) => {
  const { session, subject, record } = context;
  await stopListening(context);
  await session.write('sql', record, 'phone');
  await pastBound();
  await session.read(subject, record);
};

/** A pooler takes the server's session away and hands out another one; another program writes in between. */
export const handedOver: Scenario = async (context) => {
  const { cluster, session, subject, record } = context;
  const { sql } = cluster;
  const table = `freshness_pooler_${subject.name}`;
  await warm(context);
  await sql.rows(`CREATE TABLE ${table} ()`);
  await waitUntil('the session is taken away', async () => {
    const statement = `SELECT FROM pg_stat_activity WHERE application_name = 'freshness-pooler' AND query LIKE '%pooler%'`;
    return (await sql.rows(statement)).length > 0;
  });
  await session.write('sql', record, 'phone');
  await sql.rows(`DROP TABLE ${table}`);
  await pastBound();
  await session.read(subject, record);
};

/** The feed hangs while this instance writes: its answer must wait, or the map go. */
export const ownWriteHungFeed: Scenario = async (context) => {
  const { cluster, session, subject, record } = context;
  await warm(context);
  const heal = cluster.postgres.hold(feedOf(context), 'to-client');
  await session.write(subject, record, 'phone');
  await session.read(subject, record);
  heal();
};
