import { LRUCache } from 'lru-cache';
import type { Entry } from './entry.js';

interface Row {
  readonly partition: string;
  readonly entry: Entry;
}

/** What one entry costs beside its value and its keys: the objects around it, measured on Node 24, rounded up. */
const OVERHEAD_BYTES = 576;
const BYTES_PER_CODE_UNIT = 2;

/** L1: entries in this process, bounded by their real bytes, least recently used out first. */
export class LocalTier {
  private readonly rows: LRUCache<string, Row>;
  /** By partition, the key of the entry that was created last: what may be served stale. */
  private readonly last = new Map<string, string>();

  constructor(maxBytes: number) {
    this.rows = new LRUCache({
      maxSize: maxBytes,
      sizeCalculation: ({ entry, partition }, key) =>
        entry.size + OVERHEAD_BYTES + BYTES_PER_CODE_UNIT * (key.length + partition.length),
      dispose: ({ partition }, key) => {
        if (this.last.get(partition) === key) this.last.delete(partition);
      },
    });
  }

  get maxBytes(): number {
    return this.rows.maxSize;
  }

  get bytes(): number {
    return this.rows.calculatedSize;
  }

  get size(): number {
    return this.rows.size;
  }

  /** The entry of `key`, unless it expired at or before `nowMs`. */
  get(key: string, nowMs: number): Entry | undefined {
    const row = this.rows.get(key);
    if (row === undefined) return undefined;
    if (row.entry.expiresAtMs > nowMs) return row.entry;
    this.rows.delete(key);
    return undefined;
  }

  /** The entry of `key`, expired or not, without counting as a use of it. */
  peek(key: string): Entry | undefined {
    return this.rows.peek(key)?.entry;
  }

  /** An entry that is larger than the whole tier is not kept. */
  set(key: string, partition: string, entry: Entry): void {
    flatten(key);
    flatten(partition);
    const last = this.rows.peek(this.last.get(partition) ?? '');
    this.rows.set(key, { partition, entry });
    const isNewest = last === undefined || last.entry.createdAtMs <= entry.createdAtMs;
    if (isNewest && this.rows.has(key)) this.last.set(partition, key);
  }

  /** The unexpired entry of `partition` that was created last, whatever its versions. */
  newest(partition: string, nowMs: number): Entry | undefined {
    const key = this.last.get(partition);
    return key === undefined ? undefined : this.get(key, nowMs);
  }

  clear(): void {
    this.rows.clear();
    this.last.clear();
  }
}

const START = /^/;

/**
 * V8 keeps what was concatenated as a tree of its parts, each an object, until somebody reads its characters, which a Map
 * does not: a key would take three times its length. A match is not optimised away, as `charCodeAt` without a use may be.
 */
function flatten(text: string): void {
  START.test(text);
}
