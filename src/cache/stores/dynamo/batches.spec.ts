import * as fc from 'fast-check';
import { batchesOf, sendBatches, systemPauses, type BatchPauses } from './batches.js';

const NO_PAUSE: BatchPauses = { random: () => 0, pause: () => Promise.resolve() };

describe('batches', () => {
  it('have all items in order, and keep to both limits unless one item alone is over', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 30 })),
        fc.integer({ min: 1, max: 7 }),
        (sizes, maxCount) => {
          const batches = batchesOf(sizes, maxCount, 20, (size) => size);
          expect(batches.flat()).toEqual(sizes);
          for (const batch of batches) {
            expect(batch.length).toBeGreaterThan(0);
            expect(batch.length).toBeLessThanOrEqual(maxCount);
            if (batch.length > 1) expect(batch.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(20);
          }
        },
      ),
    );
  });

  it('four are under way at once, and no further one is sent after a failure', async () => {
    const answers: PromiseWithResolvers<readonly number[]>[] = [];
    const send = (): Promise<readonly number[]> => {
      const answer = Promise.withResolvers<readonly number[]>();
      answers.push(answer);
      return answer.promise;
    };
    let outcome = 'pending';
    const sent = sendBatches(
      Array.from({ length: 9 }, (_, i) => [i]),
      send,
      new AbortController().signal,
      NO_PAUSE,
    );
    const settled = sent.catch((error: Error) => {
      outcome = error.message;
    });
    expect(answers).toHaveLength(4);

    answers[0]!.resolve([]);
    await turn();
    expect(answers).toHaveLength(5);
    answers[1]!.reject(new Error('no'));
    answers[2]!.resolve([]);
    await turn();
    expect([answers.length, outcome]).toEqual([5, 'pending']);
    answers[3]!.resolve([]);
    answers[4]!.resolve([]);
    await settled;
    expect([answers.length, outcome]).toEqual([5, 'no']);
  });

  it('a pause ends when the call is aborted', async () => {
    const abort = new AbortController();
    const backoff: BatchPauses = { ...systemPauses, random: () => 1_000_000 };
    const sent = sendBatches([[1]], () => Promise.resolve([1]), abort.signal, backoff);
    await turn();
    abort.abort();

    await expect(sent).rejects.toMatchObject({ name: 'AbortError' });
  });
});

/** Resolves when all that is settled has been noticed. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
