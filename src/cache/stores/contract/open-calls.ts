import { CacheError } from '../../base/errors.js';

/** The calls that a store has not answered yet: each can be given up by its caller, all of them by a close. */
export class OpenCalls {
  private readonly open = new Set<AbortController>();
  private isClosed = false;

  /**
   * Runs `work` with a signal of its own. An abort rejects at once, whether or not `work` minds the signal.
   * @throws the reason of `caller`, when it aborts; `CACHE_STORE_FAULT` after {@link close}; else what `work` throws
   */
  async run<T>(caller: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    if (this.isClosed) throw closedError();
    caller?.throwIfAborted();
    const abort = new AbortController();
    const { signal } = abort;
    const aborted = Promise.withResolvers<never>();
    const giveUp = (): void => abort.abort(caller?.reason);
    signal.addEventListener('abort', () => aborted.reject(signal.reason as Error), { once: true });
    caller?.addEventListener('abort', giveUp, { once: true });
    this.open.add(abort);
    try {
      return await Promise.race([aborted.promise, work(signal)]);
    } catch (error) {
      throw signal.aborted ? signal.reason : error;
    } finally {
      this.open.delete(abort);
      caller?.removeEventListener('abort', giveUp);
    }
  }

  /** Gives up what is open; every later call is refused. */
  close(): void {
    this.isClosed = true;
    for (const abort of this.open) abort.abort(closedError());
  }
}

function closedError(): CacheError {
  return new CacheError('CACHE_STORE_FAULT', 'The store is closed.');
}
