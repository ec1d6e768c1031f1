import { EventEmitter } from 'node:events';
import type { KeyvStoreAdapter, StoredData } from 'keyv';
import { packEnvelope, unpackEnvelope, type EnvelopeHead } from '../tiers/envelope.js';
import { type CallKeys, type KeyScheme } from '../keys/cache-key.js';
import { canonicalArguments } from '../keys/canonical-arguments.js';
import type { Clock } from '../base/clock.js';
import type { Codec } from '../codec/codec.js';
import { DecodeError } from '../codec/decode-error.js';
import { CacheError } from '../base/errors.js';
import type { CacheEvent, Report } from '../base/events.js';
import type { GuardedStore } from '../tiers/guarded-store.js';
import { canonicalTags, nameTag, type Tag } from '../versions/tag.js';
import type { TagVersions } from '../versions/version.js';
import type { VersionAuthority } from '../versions/version-authority.js';
import type { StoredEntry } from '../stores/contract/cache-store.js';
import type { EntryKey } from '../keys/entry-key.js';
import { GatheredKeys } from './gathered-keys.js';

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

const DAY_MS = 24 * 3_600_000;
/** What Keyv calls "for ever": entries without a ttl. */
const NO_TTL_MS = 10 * 365 * DAY_MS;

interface KeyvEntry {
  readonly key: string;
  readonly value: unknown;
  readonly ttl?: number;
}

/**
 * A `CacheStore` as Keyv's storage, so that cache-manager works over the same table. Keys are mutable here, so reads are
 * consistent. `clear` raises the version of the namespace's tag, which is part of every key: O(1), and seen by every
 * instance. Faults of the store are misses, as cache-manager's users expect, and counted; only `clear` throws.
 *
 * To be used with Keyv's `useKeyPrefix: false`, or Keyv takes `<namespace>:a` for the key `a`, and `throwOnErrors: true`,
 * or Keyv keeps to itself that nothing was cleared.
 */
export class KeyvStore extends EventEmitter implements KeyvStoreAdapter {
  readonly opts: Readonly<Record<string, unknown>> = {};
  readonly namespace: string;
  private readonly tags: readonly Tag[];
  private readonly name: string;
  /** cache-manager deletes many keys one by one. */
  private readonly deletes = new GatheredKeys((keys) => this.deleteMany(keys));
  private rowMade: Promise<unknown> | undefined;

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
    const callKeys = await this.callKeys(keys);
    if (callKeys === undefined) return keys.map(() => undefined);
    const results = await this.options.store.readMany(
      callKeys.map(({ entry }) => entry),
      { name: this.name, consistent: true },
    );
    return Promise.all(
      callKeys.map(async (key, index) => {
        const { entry, defect } = results[index] ?? {};
        // What expired is as usual here as what is absent: deleted entries are such.
        if (defect !== undefined && defect !== 'expired') this.defect(defect);
        return entry && ((await this.decode(key, entry)) as StoredData<Value>);
      }),
    );
  }

  /** @returns whether it is stored now */
  async set(key: string, value: unknown, ttl?: number): Promise<boolean> {
    return this.write([{ key, value, ...(ttl === undefined ? {} : { ttl }) }]);
  }

  async setMany(entries: KeyvEntry[]): Promise<void> {
    await this.write(entries);
  }

  delete(key: string): Promise<boolean> {
    return this.deletes.add(key);
  }

  /** By entries that expired already: a store has no delete, and the table's own expiry takes them away. */
  async deleteMany(keys: string[]): Promise<boolean> {
    const callKeys = await this.callKeys(keys);
    if (callKeys === undefined) return false;
    const gone = this.gone();
    return this.options.store.writeMany(
      callKeys.map(({ entry }) => [entry, gone] as const),
      { name: this.name },
    );
  }

  async has(key: string): Promise<boolean> {
    return (await this.get(key)) !== undefined;
  }

  /** @throws {AuthorityUnavailableError}: that something is cleared must not be said when it is not */
  async clear(): Promise<void> {
    const { authority } = this.options;
    try {
      await authority.bump(this.tags.slice(1));
    } catch (error) {
      this.authorityDown();
      throw error;
    }
    await authority.barrier();
  }

  /** The store belongs to the cache, which closes it. */
  disconnect(): Promise<void> {
    return Promise.resolve();
  }

  private async write(entries: readonly KeyvEntry[]): Promise<boolean> {
    const callKeys = await this.callKeys(entries.map(({ key }) => key));
    if (callKeys === undefined) return false;
    const rows = await Promise.all(
      entries.map(async (entry, index): Promise<[EntryKey, StoredEntry | undefined][]> => {
        const key = callKeys[index];
        return key === undefined ? [] : [[key.entry, await this.encode(key, entry)]];
      }),
    ).then((all) => all.flat());
    const gone = this.gone();
    // What cannot be stored takes the older value away with it, and nothing else.
    const stored = await this.options.store.writeMany(
      rows.map(([key, entry]) => [key, entry ?? gone] as const),
      { name: this.name },
    );
    return stored && rows.every(([, entry]) => entry !== undefined);
  }

  /** Undefined, and counted, when it cannot be stored. */
  private async encode(key: CallKeys, { value, ttl }: KeyvEntry): Promise<StoredEntry | undefined> {
    const { codec, clock, store } = this.options;
    try {
      const head: EnvelopeHead = { ...PLAIN_HEAD, args: key.args };
      const envelope = packEnvelope({ head, body: Buffer.from(String(value)) }, key.entry);
      const bytes = await codec.encode(envelope, key.entry);
      if (bytes.length > store.maxEntryBytes) {
        throw new CacheError('CACHE_ENTRY_TOO_LARGE', `An entry has ${bytes.length} bytes.`);
      }
      const createdAtMs = clock.now();
      return { bytes, createdAtMs, expiresAtMs: createdAtMs + lifetimeMs(ttl) };
    } catch (error) {
      const code = error instanceof CacheError ? error.code : 'CACHE_STORE_FAULT';
      this.options.report({ type: 'store-fault', operation: 'write', code });
      return undefined;
    }
  }

  /**
   * Expired by everybody's clock, and recently enough for DynamoDB to delete it, which leaves what expired more than five
   * years ago: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/howitworks-ttl.html
   */
  private gone(): StoredEntry {
    const createdAtMs = this.options.clock.now();
    return { bytes: Buffer.alloc(0), createdAtMs, expiresAtMs: Math.max(0, createdAtMs - DAY_MS) };
  }

  /** Undefined when the version of the namespace cannot be had: then nothing may be read or written. */
  private async callKeys(keys: readonly string[]): Promise<readonly CallKeys[] | undefined> {
    const versions = await this.versions();
    if (versions === undefined) return undefined;
    return keys.map((key) =>
      this.options.keys.of({ name: this.name, args: canonicalArguments([key]) }, versions),
    );
  }

  private async versions(): Promise<TagVersions | undefined> {
    const { authority } = this.options;
    try {
      const versions = authority.known(this.tags) ?? (await authority.lookUp(this.tags));
      if (this.isComplete(versions)) return versions;
      // The first use of the namespace makes its row. A bump would clear what another process has set meanwhile.
      await (this.rowMade ??= authority.create(this.tags));
      const made = await authority.lookUp(this.tags);
      if (this.isComplete(made)) return made;
    } catch {
      // Told below.
    }
    this.rowMade = undefined;
    this.authorityDown();
    return undefined;
  }

  private isComplete(versions: TagVersions): boolean {
    return this.tags.every((tag) => versions.has(tag));
  }

  private async decode(key: CallKeys, entry: StoredEntry): Promise<string | undefined> {
    try {
      const envelope = unpackEnvelope(await this.options.codec.decode(entry.bytes, key.entry), key.entry);
      if (typeof envelope === 'string') this.defect(envelope);
      else if (envelope.head.args !== key.args) this.defect('arguments');
      else return envelope.body.toString('utf8');
    } catch (error) {
      this.defect(error instanceof DecodeError ? error.fault : 'malformed');
    }
    return undefined;
  }

  private authorityDown(): void {
    this.options.report({ type: 'not-stored', name: this.name, reason: 'authority-down' });
  }

  private defect(reason: Extract<CacheEvent, { type: 'defect' }>['reason']): void {
    this.options.report({ type: 'defect', name: this.name, reason });
  }
}

const PLAIN_HEAD: Omit<EnvelopeHead, 'args'> = {
  none: false,
  everything: undefined,
  dependencies: new Map(),
  loadMs: 0,
};

/** Whole milliseconds; what is no number of them is for ever, as Keyv's own JSON makes it. */
function lifetimeMs(ttl: number = NO_TTL_MS): number {
  return Number.isNaN(ttl) ? NO_TTL_MS : Math.ceil(Math.min(Math.max(ttl, 0), NO_TTL_MS));
}
