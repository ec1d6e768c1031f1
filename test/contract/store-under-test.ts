import { createCipheriv, createHash, randomUUID } from 'node:crypto';
import type { CacheStore, StoredEntry } from '../../src/cache/stores/contract/cache-store.js';
import type { EntryKey } from '../../src/cache/keys/entry-key.js';
import { TestClock } from '../support/test-clock.js';

/** What the contract asks of whoever wants a store tested. */
export interface StorePlace {
  /** A store in this place. What shared stores of one place write, they all see. */
  open(clock: TestClock): CacheStore;
  /** Removes the place. The stores in it are closed by then. */
  remove(): Promise<void>;
}

/** The stores of one test file, on one clock. */
export class StoreUnderTest {
  readonly clock = new TestClock();
  private readonly opened: CacheStore[] = [];

  constructor(private readonly place: StorePlace) {
    this.store = this.open();
  }

  readonly store: CacheStore;

  open(): CacheStore {
    const store = this.place.open(this.clock);
    this.opened.push(store);
    return store;
  }

  /** A second instance where there can be one, else the same. */
  another(): CacheStore {
    return this.store.capabilities.shared ? this.open() : this.store;
  }

  async close(): Promise<void> {
    await Promise.all(this.opened.map((store) => store.close()));
    await this.place.remove();
  }

  /** An entry that was created now. */
  entry(bytes: Buffer, ttlMs = 60_000): StoredEntry {
    return { bytes, createdAtMs: this.clock.now(), expiresAtMs: this.clock.now() + ttlMs };
  }
}

const SOME_VERSIONS = '*@1.aaaaaa patient:1@1.bbbbbb';

/** A key in a partition that no other test uses. */
export function someKey(versions = SOME_VERSIONS): EntryKey {
  return { partition: somePartition(), versions };
}

export function somePartition(): string {
  return `test:route#${randomUUID()}`;
}

/** Bytes of every value, the same for the same seed. */
export function someBytes(length: number, seed: string): Buffer {
  const key = createHash('sha256').update(seed).digest().subarray(0, 16);
  return createCipheriv('aes-128-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(length));
}

/** What stands in for bytes in an assertion: a matcher that walks through megabytes is slow, and prints them. */
export function digest(bytes: Buffer | undefined): string | undefined {
  return bytes && `${bytes.length} ${createHash('sha256').update(bytes).digest('hex')}`;
}
