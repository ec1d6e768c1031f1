import type { ClinicalRows } from './clinical-rows.js';
import { waitUntil } from './wait-until.js';

/**
 * What `send` gives when the message that it sends is in DynamoDB, and then the connection breaks over which its tags are
 * raised.
 * @param broken is called while nothing can be raised, before the connection breaks
 */
export async function withFailingBump<Result>(
  rows: ClinicalRows,
  send: () => Promise<Result>,
  broken: () => Promise<void> = () => Promise.resolve(),
): Promise<Result> {
  await rows.query('BEGIN');
  await rows.query('LOCK TABLE message_write');
  const sending = send();
  let pid: number | undefined;
  await waitUntil('the bump waits', async () => {
    const [waiting] = await rows.query<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`,
    );
    pid = waiting?.pid;
    return pid !== undefined;
  });
  await broken();
  await rows.query('SELECT pg_terminate_backend($1)', [pid]);
  const result = await sending;
  await rows.query('ROLLBACK');
  return result;
}
