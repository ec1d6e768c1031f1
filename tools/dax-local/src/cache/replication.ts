import type { Effect, ItemCache } from './item-cache.js';

/** Beyond this the oldest are applied before their time. */
const MAX_WAITING = 10_000;
/** Beyond it Node's timers fire at once. https://nodejs.org/api/timers.html#settimeoutcallback-delay-args */
const MAX_DELAY_MS = 2 ** 31 - 1;

interface Waiting {
  /** Nodes that have not got it. */
  readonly targets: Set<ItemCache>;
  readonly key: string;
  readonly effect: Effect;
  dueAt: number;
}

/** Carries writes from the node that took them to the item caches of the others, in order, some time later. */
export class Replication {
  readonly #nodes = new Set<ItemCache>();
  readonly #waiting: Waiting[] = [];
  readonly #waitingByKey = new Map<string, Set<Waiting>>();
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private lagMs: number,
    private readonly now: () => number,
  ) {}

  join(cache: ItemCache): void {
    this.#nodes.add(cache);
  }

  /** A node that is gone gets nothing, neither what waits for it nor what comes. */
  leave(cache: ItemCache): void {
    this.#nodes.delete(cache);
    for (const { targets } of this.#waiting) targets.delete(cache);
  }

  /** For writes from now on; what waits does not wait longer than that either. */
  setLag(lagMs: number): void {
    this.lagMs = lagMs;
    const latest = this.now() + lagMs;
    for (const write of this.#waiting) write.dueAt = Math.min(write.dueAt, latest);
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#deliver();
  }

  publish(origin: ItemCache, key: string, effect: Effect): void {
    const targets = new Set(this.#nodes);
    targets.delete(origin);
    const ofKey = this.#waitingByKey.get(key) ?? new Set();
    // What this node has now is newer than what is still on its way to it.
    for (const older of ofKey) older.targets.delete(origin);
    if (targets.size === 0) return;
    const last = this.#waiting.at(-1)?.dueAt ?? 0;
    const write = { targets, key, effect, dueAt: Math.max(last, this.now() + this.lagMs) };
    this.#waiting.push(write);
    this.#waitingByKey.set(key, ofKey.add(write));
    this.#deliver();
  }

  /** Delivers everything at once. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const write of this.#waiting.splice(0)) this.#apply(write);
  }

  /** Forgets what waits. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#waiting.length = 0;
    this.#waitingByKey.clear();
  }

  #deliver(): void {
    const now = this.now();
    const due = this.#waiting.findIndex(({ dueAt }) => dueAt > now);
    const count = Math.max(due === -1 ? this.#waiting.length : due, this.#waiting.length - MAX_WAITING);
    for (const write of this.#waiting.splice(0, count)) this.#apply(write);
    const [next] = this.#waiting;
    if (next === undefined || this.#timer !== undefined) return;
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        this.#deliver();
      },
      Math.min(next.dueAt - now, MAX_DELAY_MS),
    );
    this.#timer.unref();
  }

  #apply(write: Waiting): void {
    for (const node of write.targets) node.apply(write.key, write.effect);
    const ofKey = this.#waitingByKey.get(write.key);
    ofKey?.delete(write);
    if (ofKey?.size === 0) this.#waitingByKey.delete(write.key);
  }
}
