import { setTimeout as delay } from 'node:timers/promises';
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
