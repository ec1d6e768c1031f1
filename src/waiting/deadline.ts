export interface Deadline {
  readonly timeoutMs: number;
  /** What it is rejected with after that time. */
  readonly late?: () => Error;
  /** Gives up earlier, with its reason. */
  readonly signal?: AbortSignal;
}

/** What work under a deadline is handed. */
export interface UnderDeadline {
  /** Aborted once the work has been given up. */
  readonly signal: AbortSignal;
  /** Lets the time begin anew; without effect once the work has ended. */
  readonly progress: () => void;
}

/** What `work` answers in time. What does not is left to itself: its outcome is heard by nobody. */
export async function withDeadline<T>(
  work: (under: UnderDeadline) => Promise<T>,
  { timeoutMs, late = tookTooLong, signal }: Deadline,
): Promise<T> {
  signal?.throwIfAborted();
  const abort = new AbortController();
  const ended = Promise.withResolvers<never>();
  const end = (reason: Error): void => {
    // First, or work that heeds the signal would answer with its own words.
    ended.reject(reason);
    abort.abort(reason);
  };
  const giveUp = (): void => end(signal?.reason as Error);
  const timer = setTimeout(() => end(late()), timeoutMs);
  let isOpen = true;
  // Work that goes on after the end must not bring the timer back.
  const progress = (): void => void (isOpen && timer.refresh());
  signal?.addEventListener('abort', giveUp, { once: true });
  try {
    return await Promise.race([work({ signal: abort.signal, progress }), ended.promise]);
  } finally {
    isOpen = false;
    clearTimeout(timer);
    signal?.removeEventListener('abort', giveUp);
  }
}

function tookTooLong(): Error {
  return new Error('It took too long.');
}
