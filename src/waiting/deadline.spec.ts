import { getEventListeners } from 'node:events';
import { jest } from '@jest/globals';
import { withDeadline, type UnderDeadline } from './deadline.js';

const LATE = new Error('late');
const GIVEN_UP = new Error('given up');
const deadline = (signal?: AbortSignal) => ({
  timeoutMs: 100,
  late: () => LATE,
  ...(signal === undefined ? {} : { signal }),
});
const never = (): Promise<never> => Promise.withResolvers<never>().promise;

describe('withDeadline', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it.each<[string, () => Promise<string>]>([
    ['answers', () => Promise.resolve('done')],
    ['throws', () => Promise.reject(new Error('broken'))],
  ])('work that %s in time: its outcome, and neither a timer nor a listener is left', async (_, work) => {
    const { signal } = new AbortController();
    const outcome = await withDeadline(work, deadline(signal)).catch((error: Error) => error.message);

    expect(['done', 'broken']).toContain(outcome);
    expect(jest.getTimerCount()).toBe(0);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('work that does not settle: the error of the deadline, when it is over and not before', async () => {
    let outcome: unknown;
    void withDeadline(never, deadline()).catch((error: unknown) => (outcome = error));

    await jest.advanceTimersByTimeAsync(99);
    expect(outcome).toBeUndefined();
    await jest.advanceTimersByTimeAsync(1);
    expect(outcome).toBe(LATE);
  });

  it('no error of its own is asked for: one that says so', async () => {
    const open = expect(withDeadline(never, { timeoutMs: 100 })).rejects.toThrow('It took too long.');
    await jest.advanceTimersByTimeAsync(100);
    await open;
  });

  it('work that heeds its signal: it is aborted when the time is over, and the error is that of the deadline', async () => {
    let seen: AbortSignal | undefined;
    const heeding = ({ signal }: UnderDeadline): Promise<never> => {
      seen = signal;
      return new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(new Error('aborted')));
      });
    };
    const outcome = withDeadline(heeding, deadline()).catch((error: unknown) => error);
    expect(seen?.aborted).toBe(false);
    await jest.advanceTimersByTimeAsync(100);

    expect(seen?.aborted).toBe(true);
    expect(await outcome).toBe(LATE);
  });

  it('progress lets the time begin anew, and brings no timer back after the end', async () => {
    const work = Promise.withResolvers<string>();
    let progress = (): void => undefined;
    const outcome = withDeadline((under) => {
      ({ progress } = under);
      return work.promise;
    }, deadline());
    await jest.advanceTimersByTimeAsync(99);
    progress();
    await jest.advanceTimersByTimeAsync(99);
    work.resolve('done');

    expect(await outcome).toBe('done');
    progress();
    expect(jest.getTimerCount()).toBe(0);
  });

  it('a signal that is aborted: its reason, at once; and no work where it was before', async () => {
    const abort = new AbortController();
    const open = withDeadline(never, deadline(abort.signal));
    abort.abort(GIVEN_UP);
    await expect(open).rejects.toBe(GIVEN_UP);
    expect(jest.getTimerCount()).toBe(0);

    const work = jest.fn(never);
    await expect(withDeadline(work, deadline(abort.signal))).rejects.toBe(GIVEN_UP);
    expect(work).not.toHaveBeenCalled();
  });
});
