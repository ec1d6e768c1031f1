import { EventEmitter } from 'node:events';
import type { KeyvStoreAdapter, StoredData } from 'keyv';
import type { Clock } from '../base/clock.js';
import type { Report } from '../base/events.js';
import { canonicalArguments } from '../keys/canonical-arguments.js';
import type { CallKeys, KeyScheme } from '../keys/cache-key.js';
import type { Entry } from '../tiers/entry.js';
import type { Inspection, SharedTier } from '../tiers/shared-tier.js';
import { canonicalTags, nameTag, type Tag } from '../versions/tag.js';
import { tryLookUp } from '../versions/try-look-up.js';
import type { TagVersions } from '../versions/version.js';
import type { VersionAuthority } from '../versions/version-authority.js';
import { GatheredKeys } from './gathered-keys.js';

export interface KeyvStoreOptions {
  readonly tier: SharedTier;
  readonly authority: VersionAuthority;
  readonly keys: KeyScheme;
  readonly clock: Clock;
  readonly report: Report;
  /** Parts the keys of one user of the table from those of another; `clear` clears one of them. */
  readonly namespace: string;
}

/** What Keyv calls "for ever": entries without a ttl. */
const NO_TTL_MS = 10 * 365 * 24 * 3_600_000;

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
  private rowCreation: Promise<unknown> | undefined;

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
    const found = await this.options.tier.inspect(callKeys, { name: this.name, consistent: true });
    return found.map((it) => this.textOf(it) as StoredData<Value>);
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

  /** @returns whether it is stored nowhere now */
  async deleteMany(keys: string[]): Promise<boolean> {
    const callKeys = await this.callKeys(keys);
    if (callKeys === undefined) return false;
    const { tier, clock } = this.options;
    return tier.replace(
      callKeys.map((key) => ({ key })),
      clock.now(),
      this.name,
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
    const { tier, clock } = this.options;
    const nowMs = clock.now();
    // What has no text cannot be stored, and takes the older value away.
    const made = entries.map((entry) => toEntry(entry, nowMs));
    const changes = callKeys.map((key, index) => ({ key, entry: made[index] }));
    const isReplaced = await tier.replace(changes, nowMs, this.name);
    return isReplaced && made.every((entry) => entry !== undefined);
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
    const versions = authority.known(this.tags) ?? (await tryLookUp(authority, this.tags));
    if (versions !== undefined && this.isComplete(versions)) return versions;
    const withOwnRow = versions && (await this.makeRow());
    if (withOwnRow !== undefined && this.isComplete(withOwnRow)) return withOwnRow;
    this.rowCreation = undefined;
    this.authorityDown();
    return undefined;
  }

  /** The first use of the namespace makes its row. A bump would clear what another process has set meanwhile. */
  private async makeRow(): Promise<TagVersions | undefined> {
    const { authority } = this.options;
    try {
      await (this.rowCreation ??= authority.create(this.tags));
    } catch {
      return undefined;
    }
    return tryLookUp(authority, this.tags);
  }

  private isComplete(versions: TagVersions): boolean {
    return this.tags.every((tag) => versions.has(tag));
  }

  private textOf(inspection: Inspection): string | undefined {
    if (inspection.state === 'held') return inspection.entry.content.toString('utf8');
    // Expired is as usual here as absent: what was deleted has expired.
    if (inspection.state === 'unusable' && inspection.reason !== 'expired')
      this.options.report({ type: 'defect', name: this.name, reason: inspection.reason });
    return undefined;
  }

  private authorityDown(): void {
    this.options.report({ type: 'not-stored', name: this.name, reason: 'authority-down' });
  }
}

/** Undefined when the value has no text: Keyv's own serializers give texts. */
function toEntry({ value, ttl }: KeyvEntry, nowMs: number): Entry<Buffer> | undefined {
  const content = bytesOf(value);
  if (content === undefined) return undefined;
  return {
    content,
    size: content.length,
    isAbsence: false,
    everything: undefined,
    dependencies: new Map(),
    createdAtMs: nowMs,
    expiresAtMs: nowMs + lifetimeMs(ttl),
    loadMs: 0,
  };
}

function bytesOf(value: unknown): Buffer | undefined {
  try {
    return Buffer.from(String(value));
  } catch {
    return undefined;
  }
}

/** Whole milliseconds; what is no number of them is for ever, as Keyv's own JSON makes it. */
function lifetimeMs(ttl: number = NO_TTL_MS): number {
  return Number.isNaN(ttl) ? NO_TTL_MS : Math.ceil(Math.min(Math.max(ttl, 0), NO_TTL_MS));
}
