import { jest } from '@jest/globals';
import type { AppError } from '../../common/errors/app-error.js';
import { AppendQueue } from './append-queue.js';
import { MessagesUnavailableError } from '../table/dynamo-faults.js';
import type { SentRecord } from '../table/items.js';

describe('AppendQueue', () => {
  const batches: string[][] = [];
  /** Settles the batch that is being written. */
  let settle: PromiseWithResolvers<void>;
  let queue: AppendQueue;
  let count = 0;

  beforeEach(() => {
    batches.length = 0;
    settle = Promise.withResolvers();
    queue = new AppendQueue({
      append: async (drafts) => {
        batches.push(drafts.map(({ idempotencyKey }) => idempotencyKey));
        await settle.promise;
        return drafts.map(({ idempotencyKey, ...rest }): SentRecord => ({
          ...rest,
          messageId: idempotencyKey,
          ttl: 0,
        }));
      },
    });
  });

  const add = async (conversationId = 'a') => {
    const idempotencyKey = String((count += 1));
    const who = { from: 'ana', to: 'bruno', text: 'x', hash: 'x', writeId: 'x' };
    return (await queue.append({ conversationId, idempotencyKey, ...who })).messageId;
  };
  const addMany = (drafts: number) => Array.from({ length: drafts }, () => add());
  const codes = async (added: readonly Promise<string>[]) =>
    (await Promise.allSettled(added)).map((outcome) =>
      outcome.status === 'fulfilled' ? 'written' : (outcome.reason as AppError).code,
    );

  it('those that wait go together, in their order, 25 at most', async () => {
    const added = addMany(40);
    settle.resolve();
    const ids = await Promise.all(added);

    expect(batches.map(({ length }) => length)).toEqual([1, 25, 14]);
    expect(batches.flat()).toEqual(ids);
  });

  it('a batch fails since DynamoDB is away: those that wait are refused too, and never written', async () => {
    const added = addMany(60);
    const other = add('b');
    settle.reject(new MessagesUnavailableError({ isOutage: true, mayBeKept: true }));
    const [first, ...behind] = await Promise.allSettled(added);
    expect(first).toMatchObject({ reason: { code: 'MESSAGES_UNAVAILABLE', mayBeKept: true } });
    expect(behind).toHaveLength(59);
    for (const outcome of behind)
      expect(outcome).toMatchObject({ reason: { code: 'MESSAGES_UNAVAILABLE', mayBeKept: false } });
    await codes([other]);
    expect(batches).toHaveLength(2);

    settle = Promise.withResolvers();
    settle.resolve();
    expect(await codes([add()])).toEqual(['written']);
  });

  it.each([
    ['by a mistake of ours', new TypeError('x')],
    ['since others were always first', new MessagesUnavailableError({ mayBeKept: true })],
  ])('a batch fails %s: those that wait are written', async (_, error) => {
    const added = addMany(2);
    const failing = settle;
    settle = Promise.withResolvers();
    settle.resolve();
    failing.reject(error);

    await expect(added[0]).rejects.toBe(error);
    expect(await codes(added.slice(1))).toEqual(['written']);
  });

  it('500 wait at most for one conversation; the next one is refused, and others are not', async () => {
    const writing = add();
    const waiting = addMany(500);
    await expect(add()).rejects.toMatchObject({ code: 'MESSAGES_UNAVAILABLE', retryAfterSeconds: 1 });

    const other = add('b');
    settle.resolve();
    expect(new Set(await codes([writing, ...waiting, other]))).toEqual(new Set(['written']));
    expect(await codes([add()])).toEqual(['written']);
  });

  it('what is being written has the time of its batch, however long it waited before', async () => {
    jest.useFakeTimers();
    try {
      const writing = add();
      const next = add();
      const first = settle;
      settle = Promise.withResolvers();
      first.resolve();
      await writing;
      while (batches.length < 2) await Promise.resolve();
      const behind = add();
      jest.advanceTimersByTime(3_999);
      const last = add();
      jest.advanceTimersByTime(1);
      await expect(behind).rejects.toMatchObject({ code: 'MESSAGES_UNAVAILABLE' });
      settle.resolve();
      expect(await codes([next, last])).toEqual(['written', 'written']);
    } finally {
      jest.useRealTimers();
    }
  });

  it('one that waits for longer than 4 s is refused, is never written, and gives up its place', async () => {
    jest.useFakeTimers();
    try {
      const writing = add();
      const late = addMany(500);
      jest.advanceTimersByTime(3_999);
      await expect(add()).rejects.toMatchObject({ code: 'MESSAGES_UNAVAILABLE' });
      jest.advanceTimersByTime(1);
      expect(new Set(await codes(late))).toEqual(new Set(['MESSAGES_UNAVAILABLE']));

      const next = add();
      settle.resolve();
      expect(await codes([writing, next])).toEqual(['written', 'written']);
      expect(batches.flat()).toEqual([await writing, await next]);
    } finally {
      jest.useRealTimers();
    }
  });
});
