import { EventEmitter } from 'node:events';
import type { KeyvStoreAdapter, StoredData } from 'keyv';
import { canonicalArguments, type KeyScheme } from '../cache-key.js';
import type { Clock } from '../clock.js';
import type { Codec } from '../codec/codec.js';
import { DecodeError } from '../codec/decode-error.js';
import type { Report } from '../events.js';
import type { GuardedStore } from '../guarded-store.js';
import { canonicalTags, nameTag, type Tag } from '../versions/tag.js';
import type { TagVersions } from '../versions/version.js';
import type { VersionAuthority } from '../versions/version-authority.js';
import type { EntryKey, StoredEntry } from './cache-store.js';

export interface KeyvStoreOptions {
  readonly store: GuardedStore;
  readonly codec: Codec;
  readonly authority: VersionAuthority;
  readonly keys: KeyScheme;
  readonly clock: Clock;
  readonly report: Report;
  /** Parts the keys of one user of the table from those of another; `clear` clears one of them. */
  readonly namespace: string;
}

/** What Keyv calls "for ever": entries without a ttl. */
const NO_TTL_MS = 10 * 365 * 24 * 3_600_000;

/**
 * A `CacheStore` as Keyv's storage, so that cache-manager works over the same table. Keys are mutable here, so reads are
 * consistent. `clear` raises the version of the namespace's tag, which is part of every key: O(1), and seen by every
 * instance. Faults of the store are misses, as cache-manager's users expect, and counted.
 */
export class KeyvStore extends EventEmitter implements KeyvStoreAdapter {
  readonly opts: Readonly<Record<string, unknown>> = {};
  readonly namespace: string;
  private readonly tags: readonly Tag[];
  private readonly name: string;

  constructor(private readonly options: KeyvStoreOptions) {
    super();
    this.namespace = options.namespace;
    this.name = `keyv:${options.namespace}`;
    this.tags = canonicalTags([nameTag('keyv', options.namespace)]);
  }

  async get<Value>(key: string): Promise<StoredData<Value> | undefined> {
    return (await this.getMany<Value>([key]))[0] as StoredData<Value> | undefined;
  }

  async getMany<Value>(keys: string[]): Promise<StoredData<Value | undefined>[]> {
    const entryKeys = await this.entryKeys(keys);
    if (entryKeys === undefined) return keys.map(() => undefined);
    const results = await this.options.store.readMany(entryKeys, { name: this.name, consistent: true });
    return Promise.all(
      results.map(async ({ entry, defect }, index) => {
        if (defect !== undefined && defect !== 'expired') this.defect(defect);
        const entryKey = entryKeys[index];
        return entry && entryKey && ((await this.decode(entryKey, entry)) as StoredData<Value>);
      }),
    );
  }

  async set(key: string, value: unknown, ttl?: number): Promise<boolean> {
    await this.setMany([{ key, value, ...(ttl === undefined ? {} : { ttl }) }]);
    return true;
  }

  async setMany(values: { key: string; value: unknown; ttl?: number }[]): Promise<void> {
    const { store, codec, clock } = this.options;
    const entryKeys = await this.entryKeys(values.map(({ key }) => key));
    if (entryKeys === undefined) return;
    const createdAtMs = clock.now();
    const entries = await Promise.all(
      entryKeys.map(async (entryKey, index): Promise<[EntryKey, StoredEntry]> => {
        const { value, ttl } = values[index] ?? {};
        const bytes = await codec.encode(Buffer.from(String(value)), entryKey);
        return [entryKey, { bytes, createdAtMs, expiresAtMs: createdAtMs + Math.ceil(ttl ?? NO_TTL_MS) }];
      }),
    );
    await store.writeMany(entries, { name: this.name });
  }

  async delete(key: string): Promise<boolean> {
    return this.deleteMany([key]);
  }

  /** By entries that expired already: a store has no delete, and the table's own expiry takes them away. */
  async deleteMany(keys: string[]): Promise<boolean> {
    const entryKeys = await this.entryKeys(keys);
    if (entryKeys === undefined) return false;
    const gone: StoredEntry = {
      bytes: Buffer.alloc(0),
      createdAtMs: this.options.clock.now(),
      expiresAtMs: 0,
    };
    return this.options.store.writeMany(
      entryKeys.map((entryKey) => [entryKey, gone] as const),
      { name: this.name },
    );
  }

  async has(key: string): Promise<boolean> {
    return (await this.get(key)) !== undefined;
  }

  /** @throws {AuthorityUnavailableError}: that something is cleared must not be said when it is not */
  async clear(): Promise<void> {
    await this.options.authority.bump(this.tags.slice(1));
    await this.options.authority.barrier();
  }

  /** The store belongs to the cache, which closes it. */
  disconnect(): Promise<void> {
    return Promise.resolve();
  }

  /** Undefined when the version of the namespace cannot be had: then nothing may be read or written. */
  private async entryKeys(keys: readonly string[]): Promise<readonly EntryKey[] | undefined> {
    const versions = await this.versions();
    if (versions === undefined) return undefined;
    return keys.map(
      (key) => this.options.keys.of({ name: this.name, args: canonicalArguments([key]) }, versions).entry,
    );
  }

  private async versions(): Promise<TagVersions | undefined> {
    const { authority, report } = this.options;
    try {
      const versions = authority.known(this.tags) ?? (await authority.lookUp(this.tags));
      if (this.tags.every((tag) => versions.has(tag))) return versions;
      // The first use of the namespace makes its row.
      await authority.bump(this.tags.slice(1));
      return await authority.lookUp(this.tags);
    } catch {
      report({ type: 'not-stored', name: this.name, reason: 'authority-down' });
      return undefined;
    }
  }

  private async decode(key: EntryKey, entry: StoredEntry): Promise<string | undefined> {
    try {
      return (await this.options.codec.decode(entry.bytes, key)).toString('utf8');
    } catch (error) {
      this.defect(error instanceof DecodeError ? error.fault : 'malformed');
      return undefined;
    }
  }

  private defect(reason: Extract<Parameters<Report>[0], { type: 'defect' }>['reason']): void {
    this.options.report({ type: 'defect', name: this.name, reason });
  }
}
