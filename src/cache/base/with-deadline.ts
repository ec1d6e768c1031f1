export interface Deadline {
  readonly timeoutMs: number;
  /** What it is rejected with after that time. */
  readonly late: () => Error;
  /** Gives up earlier, with its reason. */
  readonly signal?: AbortSignal;
}

/** What `work` answers in time. What does not is left to itself: its outcome is heard by nobody. */
export async function withDeadline<T>(
  work: () => Promise<T>,
  { timeoutMs, late, signal }: Deadline,
): Promise<T> {
  signal?.throwIfAborted();
  const ended = Promise.withResolvers<never>();
  const giveUp = (): void => ended.reject(signal?.reason as Error);
  const timer = setTimeout(() => ended.reject(late()), timeoutMs);
  signal?.addEventListener('abort', giveUp, { once: true });
  try {
    return await Promise.race([work(), ended.promise]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', giveUp);
  }
}
