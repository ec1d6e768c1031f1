import { setTimeout as delay } from 'node:timers/promises';
import { waitUntil } from '../../../support/wait-until.js';
import { FEED } from '../../nemeses/feed-nemeses.js';
import type { Lane } from '../../network/lane.js';
import { BOUND_MS } from '../../run/campaign.js';
import type { ClinicalRecord } from '../../run/records.js';
import type { ScenarioContext } from '../mutation.js';

const MARGIN_MS = 60;

export const feedOf = ({ subject }: ScenarioContext) => ({ instance: subject.name, application: FEED });

/** Resolves when what was answered until now is older than the bound. */
export const pastBound = (): Promise<void> => delay(BOUND_MS + MARGIN_MS);

/** The subject has the record in its memory, and its tag's version in its map. */
export async function warm({ session, subject, record }: ScenarioContext): Promise<void> {
  await session.read(subject, record);
  await session.read(subject, record);
}

/** Reads until `durationMs` are over. */
export async function keepReading(
  { session, subject, record }: ScenarioContext,
  durationMs: number,
): Promise<void> {
  const end = performance.now() + durationMs;
  while (performance.now() < end) {
    await session.read(subject, record);
    await delay(20);
  }
}

/** How notifications carry the name of their channel; answers to questions do not. */
const NOTIFICATION = Buffer.from('cache_tag\0');
const ANSWER_DEADLINE_MS = 5_000;

/** Resolves when `lane` keeps back an answer about `record`; other answers are let through. */
export async function untilAnswerIsKept(lane: Lane, record: ClinicalRecord): Promise<void> {
  await waitUntil(
    'an answer about the record is kept back',
    () => {
      if (lane.keeps(Buffer.from(record.id))) return true;
      lane.letThrough(lane.keptChunks);
      return false;
    },
    ANSWER_DEADLINE_MS,
  );
}

export function untilNotificationIsKept(lane: Lane): Promise<void> {
  return waitUntil('a notification is kept back', () => lane.keeps(NOTIFICATION), ANSWER_DEADLINE_MS);
}

/** Resolves when `count` statements of instances wait for a lock. */
export function untilBlocked({ cluster }: ScenarioContext, count = 1): Promise<void> {
  const statement = `SELECT pid FROM pg_stat_activity WHERE application_name = 'careline' AND wait_event_type = 'Lock'`;
  return waitUntil(
    `${count} loads wait for a lock`,
    async () => (await cluster.sql.rows(statement)).length >= count,
  );
}

/**
 * Keeps loads from reading exams, after they have read the patient.
 * @returns the session that holds the lock, and what ends it
 */
export async function blockExams({ cluster }: ScenarioContext) {
  const client = await cluster.sql.connect();
  await client.query('BEGIN');
  await client.query('LOCK TABLE exam IN ACCESS EXCLUSIVE MODE');
  const end = async (): Promise<void> => {
    await client.query('COMMIT');
    client.release();
  };
  return { client, end };
}
