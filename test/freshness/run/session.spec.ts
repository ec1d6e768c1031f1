import type { HttpAnswer } from '../cluster/http-client.js';
import { FreshnessChecker } from '../history/freshness-checker.js';
import type { ClinicalRecord } from './records.js';
import { Session, type Target } from './session.js';

const RECORD: ClinicalRecord = { id: 'p', examId: 'e', told: undefined };
const STALE = 'careline; fwd=miss; detail=stale-if-error';

/** An instance that answers every request with `phone`, and says `status` about it. */
function answering(consistency: Target['consistency'], phone: string, status: string): Target {
  const text = JSON.stringify({ address: '', phone, exams: [] });
  const answer: HttpAnswer = { status: 200, headers: { 'cache-status': status, etag: `"${phone}"` }, text };
  return { name: 'a', consistency, send: () => Promise.resolve(answer) };
}

describe('Session.read, an old answer that is marked as such', () => {
  let session: Session;

  beforeEach(() => {
    const checker = new FreshnessChecker(1_000);
    session = new Session(checker, { run: () => Promise.resolve(true) });
    for (const register of ['p.address', 'p.result']) checker.answer(checker.begin(register, '', 'a', 0), 0);
    checker.answer(checker.begin('p.phone', 'old', 'a', 0), 0);
    checker.answer(checker.begin('p.phone', 'new', 'a', 0.1), 0.2);
  });

  it.each([
    ['bounded', {}, []],
    ['bounded', { reload: true }, ['strong']],
    ['strong', {}, ['strong']],
  ] as const)('%s with %j: breaks %j', async (consistency, options, rules) => {
    const found = await session.read(answering(consistency, 'old', STALE), RECORD, options);

    expect(found?.map(({ rule }) => rule)).toEqual(rules);
    expect(session.counts.markedStale).toBe(1);
  });

  it('bounded, and nobody ever wrote it: found', async () => {
    const found = await session.read(answering('bounded', 'never', STALE), RECORD);

    expect(found?.map(({ rule }) => rule)).toEqual(['unwritten']);
  });
});
