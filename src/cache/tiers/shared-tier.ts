import { CacheError } from '../base/errors.js';
import type { Defect, Report } from '../base/events.js';
import type { Codec } from '../codec/codec.js';
import { DecodeError } from '../codec/decode-error.js';
import type { EntryKey } from '../keys/entry-key.js';
import type { CallOptions, ReadResult, StoredEntry } from '../stores/contract/cache-store.js';
import { isTime } from '../stores/contract/entry-checks.js';
import type { Entry } from './entry.js';
import { packEnvelope, unpackEnvelope, type SharedKey, type Unpacked } from './envelope.js';
import type { GuardedStore } from './guarded-store.js';

/** What stands under a key of L2. `reason`: why it cannot be used. */
export type Inspection =
  | { readonly state: 'unavailable' | 'absent' }
  | { readonly state: 'unusable'; readonly reason: Defect }
  | { readonly state: 'held'; readonly entry: Entry<Buffer>; readonly storedBytes: number };

type NamedCall = CallOptions & { readonly name: string };

const DAY_MS = 24 * 3_600_000;

/** L2 with its codec: whatever is wrong with what is stored is a miss, counted by its reason. */
export class SharedTier {
  constructor(
    readonly store: GuardedStore,
    private readonly codec: Codec,
    private readonly report: Report,
  ) {}

  /** The entry under `key`; undefined on a miss, whatever its reason. */
  async read(key: SharedKey, options: NamedCall): Promise<Entry<Buffer> | undefined> {
    const [inspection] = await this.inspect([key], options);
    return this.entryOf(inspection, options.name);
  }

  /** One finding for each key, in order. Nothing is counted but the store's units. */
  async inspect(keys: readonly SharedKey[], options: CallOptions): Promise<readonly Inspection[]> {
    const results = await this.store.read(
      keys.map(({ entry }) => entry),
      options,
    );
    return Promise.all(keys.map((key, index) => this.inspectOne(key, results?.[index])));
  }

  /** The entry that was created last for the same arguments, whatever its versions. */
  async newest({ entry: { partition }, args }: SharedKey, name: string): Promise<Entry<Buffer> | undefined> {
    const newest = await this.store.newest(partition, { name });
    if (newest === undefined) return undefined;
    const [entry, stored] = newest;
    return this.entryOf(await this.inspectOne({ entry, args }, { entry: stored }), name);
  }

  /**
   * Never rejects: that an entry is not stored only costs another load.
   * @returns whether it is stored
   */
  async write(key: SharedKey, entry: Entry<Buffer>, name: string): Promise<boolean> {
    const stored = await this.encode(key, entry);
    if (stored === undefined || !(await this.store.write([[key.entry, stored]], { name }))) return false;
    this.report({ type: 'stored', name, tier: 'L2', bytes: stored.bytes.length });
    return true;
  }

  /**
   * For keys whose entries are replaced: stores each entry, and removes what stood under a key without one, or under the key
   * of an entry that cannot be stored. Never rejects.
   * @returns whether every entry is stored, and every other key without one
   */
  async replace(
    changes: readonly { readonly key: SharedKey; readonly entry?: Entry<Buffer> | undefined }[],
    nowMs: number,
    name: string,
  ): Promise<boolean> {
    let areStorable = true;
    const rows = await Promise.all(
      changes.map(async ({ key, entry }): Promise<[EntryKey, StoredEntry]> => {
        const stored = entry && (await this.encode(key, entry));
        if (entry !== undefined && stored === undefined) areStorable = false;
        return [key.entry, stored ?? removedEntry(nowMs)];
      }),
    );
    return (await this.store.write(rows, { name })) && areStorable;
  }

  /** Undefined, and counted, when it cannot be stored. */
  private async encode(key: SharedKey, entry: Entry<Buffer>): Promise<StoredEntry | undefined> {
    const { createdAtMs, expiresAtMs } = entry;
    const { maxEntryBytes } = this.store;
    try {
      const bytes = await this.codec.encode(packEnvelope(entry, key), key.entry);
      if (bytes.length <= maxEntryBytes) return { bytes, createdAtMs, expiresAtMs };
      this.report({ type: 'store-fault', operation: 'write', code: 'CACHE_ENTRY_TOO_LARGE' });
    } catch (error) {
      const code = error instanceof CacheError ? error.code : 'CACHE_STORE_FAULT';
      this.report({ type: 'store-fault', operation: 'write', code });
    }
    return undefined;
  }

  /** @param result undefined: the store could not be asked */
  private async inspectOne(key: SharedKey, result: ReadResult | undefined): Promise<Inspection> {
    if (result === undefined) return { state: 'unavailable' };
    if (result.defect !== undefined) return { state: 'unusable', reason: result.defect };
    if (result.entry === undefined) return { state: 'absent' };
    const { entry, defect } = await this.decode(key, result.entry);
    return defect === undefined
      ? { state: 'held', entry, storedBytes: result.entry.bytes.length }
      : { state: 'unusable', reason: defect };
  }

  private async decode(key: SharedKey, stored: StoredEntry): Promise<Unpacked> {
    try {
      // What a store gives out is data, whatever its types say. An entry without a date would be of any age.
      if (!isTime(stored.createdAtMs) || !isTime(stored.expiresAtMs)) return { defect: 'malformed' };
      return unpackEnvelope({ ...stored, bytes: await this.codec.decode(stored.bytes, key.entry) }, key);
    } catch (error) {
      return { defect: error instanceof DecodeError ? error.fault : 'malformed' };
    }
  }

  private entryOf(inspection: Inspection | undefined, name: string): Entry<Buffer> | undefined {
    if (inspection?.state === 'unusable') this.report({ type: 'defect', name, reason: inspection.reason });
    return inspection?.state === 'held' ? inspection.entry : undefined;
  }
}

/**
 * In place of an entry that is removed, since a store has no delete: expired by everybody's clock, and recently enough for
 * DynamoDB to delete it, which leaves what expired more than five years ago:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/howitworks-ttl.html
 */
function removedEntry(nowMs: number): StoredEntry {
  return { bytes: Buffer.alloc(0), createdAtMs: nowMs, expiresAtMs: Math.max(0, nowMs - DAY_MS) };
}
