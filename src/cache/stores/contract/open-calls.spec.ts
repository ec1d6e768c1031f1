import { getEventListeners } from 'node:events';
import { OpenCalls } from './open-calls.js';

const never = (): Promise<never> => new Promise(() => undefined);

describe('open calls', () => {
  it('end with the reason of their caller, though the work does not mind the signal', async () => {
    const abort = new AbortController();
    const call = new OpenCalls().run(abort.signal, never);
    abort.abort(new Error('enough'));

    await expect(call).rejects.toThrow('enough');
  });

  it('end with the reason also when the work fails because of it', async () => {
    const abort = new AbortController();
    const call = new OpenCalls().run(
      abort.signal,
      (signal) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(new Error('the request was aborted')));
        }),
    );
    abort.abort(new Error('enough'));

    await expect(call).rejects.toThrow('enough');
  });

  it('are not begun when their caller gave up before', async () => {
    let begun = false;
    const call = new OpenCalls().run(AbortSignal.abort(new Error('enough')), () => {
      begun = true;
      return never();
    });

    await expect(call).rejects.toThrow('enough');
    expect(begun).toBe(false);
  });

  it('end with a close, which refuses later ones', async () => {
    const calls = new OpenCalls();
    const open = [calls.run(undefined, never), calls.run(new AbortController().signal, never)];
    calls.close();

    for (const call of [...open, calls.run(undefined, () => Promise.resolve(1))]) {
      await expect(call).rejects.toMatchObject({ code: 'CACHE_STORE_FAULT' });
    }
  });

  it('leave no listener on the signal of a caller that lives long', async () => {
    const { signal } = new AbortController();
    const calls = new OpenCalls();
    await calls.run(signal, () => Promise.resolve(1));
    await calls.run(signal, () => Promise.reject(new Error('no'))).catch(() => undefined);

    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });
});
