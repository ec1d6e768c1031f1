import { packEnvelope, unpackEnvelope, type Envelope } from './envelope.js';
import type { Codec } from '../codec/codec.js';
import { DecodeError } from '../codec/decode-error.js';
import { CacheError } from '../base/errors.js';
import type { CacheEvent, Report } from '../base/events.js';
import type { GuardedStore } from './guarded-store.js';
import type { CallOptions, StoredEntry } from '../stores/contract/cache-store.js';
import type { EntryKey } from '../keys/entry-key.js';
import { isTime } from '../stores/contract/entry-checks.js';

/** An entry as L2 gave it, decoded and checked. */
export interface SharedEntry extends Envelope {
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
}

/** What stands under a key of L2, for operators. `reason`: why it cannot be used. */
export type Inspection =
  | { readonly state: 'unavailable' | 'absent' }
  | { readonly state: 'unusable'; readonly reason: Defect }
  | { readonly state: 'held'; readonly entry: SharedEntry; readonly storedBytes: number };

type Defect = Extract<CacheEvent, { readonly type: 'defect' }>['reason'];

/** L2 with its codec: whatever is wrong with what is stored is a miss, counted by its reason. */
export class SharedTier {
  constructor(
    readonly store: GuardedStore,
    private readonly codec: Codec,
    private readonly report: Report,
  ) {}

  /** @param args the full arguments, where the key has only their hash */
  async read(
    key: EntryKey,
    args: string | undefined,
    options: CallOptions & { name: string },
  ): Promise<SharedEntry | undefined> {
    const { entry, defect } = await this.store.read(key, options);
    if (defect !== undefined) this.report({ type: 'defect', name: options.name, reason: defect });
    return entry === undefined ? undefined : this.decodeOrReport(key, entry, args, options.name);
  }

  /** Reads as {@link read} does, and tells more. Nothing is counted but the store's units. */
  async inspect(key: EntryKey, args: string | undefined, options: CallOptions): Promise<Inspection> {
    const result = await this.store.readIfUp(key, options);
    if (result === undefined) return { state: 'unavailable' };
    if (result.defect !== undefined) return { state: 'unusable', reason: result.defect };
    if (result.entry === undefined) return { state: 'absent' };
    const decoded = await this.decode(key, result.entry, args);
    return typeof decoded === 'string'
      ? { state: 'unusable', reason: decoded }
      : { state: 'held', entry: decoded, storedBytes: result.entry.bytes.length };
  }

  /** The entry that was created last for the same arguments, whatever its versions. */
  async newest(partition: string, args: string | undefined, name: string): Promise<SharedEntry | undefined> {
    const found = await this.store.newest(partition, { name });
    return found === undefined ? undefined : this.decodeOrReport(found[0], found[1], args, name);
  }

  /**
   * Never rejects: that an entry is not stored only costs another load.
   * @returns whether it is stored
   */
  async write(
    key: EntryKey,
    { createdAtMs, expiresAtMs, ...envelope }: SharedEntry,
    name: string,
  ): Promise<boolean> {
    try {
      const bytes = await this.codec.encode(packEnvelope(envelope, key), key);
      const stored = await this.store.write(key, { bytes, createdAtMs, expiresAtMs }, { name });
      if (stored) this.report({ type: 'stored', name, tier: 'L2', bytes: bytes.length });
      return stored;
    } catch (error) {
      const code = error instanceof CacheError ? error.code : 'CACHE_STORE_FAULT';
      this.report({ type: 'store-fault', operation: 'write', code });
      return false;
    }
  }

  private async decodeOrReport(
    key: EntryKey,
    entry: StoredEntry,
    args: string | undefined,
    name: string,
  ): Promise<SharedEntry | undefined> {
    const decoded = await this.decode(key, entry, args);
    if (typeof decoded !== 'string') return decoded;
    this.report({ type: 'defect', name, reason: decoded });
    return undefined;
  }

  /** The entry, or why there is none. */
  private async decode(
    key: EntryKey,
    entry: StoredEntry,
    args: string | undefined,
  ): Promise<SharedEntry | Defect> {
    try {
      // What a store gives out is data, whatever its types say. An entry without a date would be of any age.
      if (!isTime(entry.createdAtMs) || !isTime(entry.expiresAtMs)) return 'malformed';
      const envelope = unpackEnvelope(await this.codec.decode(entry.bytes, key), key);
      if (typeof envelope === 'string') return envelope;
      if (envelope.head.args !== args) return 'arguments';
      return { ...envelope, createdAtMs: entry.createdAtMs, expiresAtMs: entry.expiresAtMs };
    } catch (error) {
      return error instanceof DecodeError ? error.fault : 'malformed';
    }
  }
}
