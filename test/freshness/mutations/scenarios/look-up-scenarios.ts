import { setTimeout as delay } from 'node:timers/promises';
import type { Scenario, ScenarioContext } from '../mutation.js';
import { feedOf, pastBound, untilAnswerIsKept, untilNotificationIsKept, warm } from './steps.js';

const ARRIVAL_MS = 200;

/** The answer of a look-up and the notification of a write that came after it arrive in one piece. */
async function notificationBehindAnswer(
  context: ScenarioContext,
  write: () => Promise<unknown>,
): Promise<void> {
  const { cluster, session, subject, helper, record } = context;
  // Another instance has stored the old record in the shared tier.
  await session.read(helper, record);
  const heal = cluster.postgres.hold(feedOf(context), 'to-client');
  const lane = cluster.postgres.lane(feedOf(context), 'to-client');
  const first = session.read(subject, record);
  await untilAnswerIsKept(lane, record);
  await write();
  await untilNotificationIsKept(lane);
  heal();
  await first;
  await pastBound();
  await session.read(subject, record);
}

export const notificationDuringLookUp: Scenario = (context) =>
  notificationBehindAnswer(context, () => context.session.write('sql', context.record, 'phone'));

/** The write is part of so large a transaction that PostgreSQL only says: drop your map. */
export const dropDuringLookUp: Scenario = (context) =>
  notificationBehindAnswer(context, async () => {
    const { cluster, session, record } = context;
    const client = await cluster.sql.connect();
    const { value, answered } = session.beginWrite(record, 'phone');
    await client.query('BEGIN');
    // As after 1,000 tags in the same transaction.
    await client.query(`SELECT set_config('careline.notified_tags', '1000', true)`);
    await client.query('UPDATE patient SET phone = $1 WHERE id = $2', [value, record.id]);
    await client.query('COMMIT');
    client.release();
    answered();
  });

/** A request begins after a write, while a look-up is under way that was answered before it. */
export const readDuringOlderLookUp: Scenario = async (context) => {
  const { cluster, session, subject, record } = context;
  await warm(context);
  const heal = cluster.postgres.hold(feedOf(context), 'to-client');
  const lane = cluster.postgres.lane(feedOf(context), 'to-client');
  const older = session.read(subject, record);
  await untilAnswerIsKept(lane, record);
  const answers = lane.keptChunks;
  await session.write('sql', record, 'phone');
  const newer = session.read(subject, record);
  await delay(ARRIVAL_MS);
  lane.letThrough(answers);
  await delay(ARRIVAL_MS);
  heal();
  await Promise.all([older, newer]);
};

/** A read with the versions of another instance's write, of which no notification has come. */
export const versionsAhead: Scenario = async (context) => {
  const { cluster, session, subject, helper, record } = context;
  await warm(context);
  const heal = cluster.postgres.hold(feedOf(context), 'to-client');
  await session.write(helper, record, 'phone');
  await session.read(subject, record, { versions: true });
  heal();
};

/** A read with the versions of a write that is not the newest any more. */
export const versionsBehind: Scenario = async ({ session, subject, record }) => {
  await session.write(subject, record, 'phone');
  const rawVersions = record.told?.versions ?? '';
  await session.read(subject, record);
  await session.write(subject, record, 'phone');
  await session.read(subject, record, { rawVersions });
};
