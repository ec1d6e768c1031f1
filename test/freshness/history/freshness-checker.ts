import { RegisterHistory, type Write } from './register-history.js';

/** What a read has to keep to. `origin`: it asked past the cache, and is held to what `strong` is. */
export type ReadMode = 'strong' | 'bounded' | 'origin';

/** One register as one response had it. */
export interface Read {
  readonly register: string;
  readonly value: string;
  readonly instance: string;
  readonly mode: ReadMode;
  readonly startedAt: number;
  readonly endedAt: number;
  /** The write whose `Cache-Versions` the request carried. */
  readonly floor?: Write | undefined;
  /** Where the answer came from, for people. */
  readonly source?: string | undefined;
  /** The answer says itself that it is old: under `bounded` it may be, while the origin is down. */
  readonly markedStale?: boolean | undefined;
}

/**
 * - `strong`, `bounded`: what docs/consistency.md promises of the two.
 * - `own-write`: a read after a write that the same instance had answered.
 * - `versions`: a read with a write's `Cache-Versions`.
 * - `unwritten`: a value that nobody had written when the read ended.
 */
export type Rule = 'strong' | 'bounded' | 'own-write' | 'versions' | 'unwritten';

export interface Violation {
  readonly rule: Rule;
  readonly read: Read;
  /** The write whose value was read. */
  readonly stale: Write | undefined;
  /** The write that it had to be, or a later one. */
  readonly newer: Write | undefined;
  /** How long the value had been out of date when the read began, in ms. */
  readonly staleMs: number;
}

/** Judges reads of registers by the writes that are known. Nothing in it measures time. */
export class FreshnessChecker {
  private readonly histories = new Map<string, RegisterHistory>();
  readonly violations: Violation[] = [];
  /** How old what was read had been at worst when its read began, in ms. */
  readonly worstStaleMs: Record<ReadMode, number> = { strong: 0, bounded: 0, origin: 0 };
  /** Reads that returned something out of date, within what is allowed or not. */
  readonly outOfDate: Record<ReadMode, number> = { strong: 0, bounded: 0, origin: 0 };

  /** @param boundMs how long other instances' writes may stay unseen under `bounded` */
  constructor(private readonly boundMs: number) {}

  begin(register: string, value: string, instance: string, startedAt: number): Write {
    return this.history(register).begin(value, instance, startedAt);
  }

  answer(write: Write, at: number): void {
    this.history(write.register).answer(write, at);
  }

  newestAnswered(register: string): Write | undefined {
    return this.history(register).newestAnswered;
  }

  /** To be called as reads end, in their order: what settles later cannot have settled before the read began. */
  judge(read: Read): Violation | undefined {
    const history = this.history(read.register);
    const written = history.find(read.value);
    const violation =
      written === undefined || written.startedAt > read.endedAt
        ? { rule: 'unwritten' as const, read, stale: written, newer: undefined, staleMs: 0 }
        : mayBeOld(read)
          ? undefined
          : this.compare(history, read, written);
    if (written !== undefined) history.see(written, read.endedAt);
    if (violation !== undefined) this.violations.push(violation);
    return violation;
  }

  private compare(history: RegisterHistory, read: Read, written: Write): Violation | undefined {
    const overwriter = history.overwriterOf(written, ({ settledAt }) => settledAt < read.startedAt);
    if (overwriter === undefined) return undefined;
    const staleMs = read.startedAt - overwriter.settledAt;
    this.outOfDate[read.mode]++;
    this.worstStaleMs[read.mode] = Math.max(this.worstStaleMs[read.mode], staleMs);
    const broken = (rule: Rule, newer: Write): Violation => ({ rule, read, stale: written, newer, staleMs });
    if (read.mode !== 'bounded') return broken('strong', overwriter);
    if (staleMs > this.boundMs) return broken('bounded', overwriter);
    const own = history.overwriterOf(
      written,
      ({ instance, answeredAt }) => instance === read.instance && answeredAt < read.startedAt,
    );
    if (own !== undefined) return broken('own-write', own);
    const { floor } = read;
    return floor !== undefined && floor.startedAt > written.settledAt ? broken('versions', floor) : undefined;
  }

  private history(register: string): RegisterHistory {
    const known = this.histories.get(register);
    if (known !== undefined) return known;
    const made = new RegisterHistory(register);
    this.histories.set(register, made);
    return made;
  }
}

/** Nothing that is old is ever served under `strong`, nor to those who ask past the cache, marked or not. */
const mayBeOld = ({ mode, markedStale }: Read): boolean => mode === 'bounded' && markedStale === true;
