/** Lets one holder at a time have a key. Waiters come in the order they asked. */
export class KeyLocks {
  readonly #tails = new Map<string, Promise<void>>();

  /** Runs `work` while holding all of `keys`. Several at once are taken in one order, so nobody waits in a circle. */
  async hold<T>(keys: readonly string[], work: () => Promise<T>): Promise<T> {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const unique = [...new Set(keys)];
    // Queued on all keys in one go, without a turn between: who comes first on one comes first on all.
    const before = unique.map((key) => this.#tails.get(key) ?? Promise.resolve());
    const tails = before.map((tail) => Promise.all([tail, held]).then(() => undefined));
    unique.forEach((key, at) => this.#tails.set(key, tails[at] as Promise<void>));
    try {
      await Promise.all(before);
      return await work();
    } finally {
      release();
      unique.forEach((key, at) => {
        if (this.#tails.get(key) === tails[at]) this.#tails.delete(key);
      });
    }
  }
}
