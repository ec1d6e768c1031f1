import type { Effect, ItemCache } from './item-cache.js';

/** Beyond this the oldest are applied before their time. */
const MAX_WAITING = 10_000;

interface Waiting {
  /** Nodes that have not got it. */
  readonly targets: Set<ItemCache>;
  readonly key: string;
  readonly effect: Effect;
  readonly dueAt: number;
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

  /** For writes from now on. */
  setLag(lagMs: number): void {
    this.lagMs = lagMs;
  }

  publish(origin: ItemCache, key: string, effect: Effect): void {
    if (this.#nodes.size < 2) return;
    const ofKey = this.#waitingByKey.get(key) ?? new Set();
    // What this node has now is newer than what is still on its way to it.
    for (const older of ofKey) older.targets.delete(origin);
    const targets = new Set(this.#nodes);
    targets.delete(origin);
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
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#deliver();
    }, next.dueAt - now);
    this.#timer.unref();
  }

  #apply(write: Waiting): void {
    for (const node of write.targets) node.apply(write.key, write.effect);
    const ofKey = this.#waitingByKey.get(write.key);
    ofKey?.delete(write);
    if (ofKey?.size === 0) this.#waitingByKey.delete(write.key);
  }
}
