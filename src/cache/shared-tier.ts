import { packEnvelope, unpackEnvelope, type Envelope } from './cache-envelope.js';
import type { Codec } from './codec/codec.js';
import { DecodeError } from './codec/decode-error.js';
import type { Report } from './events.js';
import type { GuardedStore } from './guarded-store.js';
import type { CallOptions, EntryKey, StoredEntry } from './stores/cache-store.js';

/** An entry as L2 gave it, decoded and checked. */
export interface SharedEntry extends Envelope {
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
}

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
    return entry === undefined ? undefined : this.decode(key, entry, args, options.name);
  }

  /** The entry that was created last for the same arguments, whatever its versions. */
  async newest(partition: string, args: string | undefined, name: string): Promise<SharedEntry | undefined> {
    const found = await this.store.newest(partition, { name });
    return found === undefined ? undefined : this.decode(found[0], found[1], args, name);
  }

  /** Never rejects: that an entry is not stored only costs another load. */
  async write(
    key: EntryKey,
    { createdAtMs, expiresAtMs, ...envelope }: SharedEntry,
    name: string,
  ): Promise<void> {
    try {
      const bytes = await this.codec.encode(packEnvelope(envelope), key);
      const stored = await this.store.write(key, { bytes, createdAtMs, expiresAtMs }, { name });
      if (stored) this.report({ type: 'stored', name, tier: 'L2', bytes: bytes.length });
    } catch {
      this.report({ type: 'store-fault', operation: 'write', code: 'CACHE_ENTRY_UNREADABLE' });
    }
  }

  private async decode(
    key: EntryKey,
    entry: StoredEntry,
    args: string | undefined,
    name: string,
  ): Promise<SharedEntry | undefined> {
    try {
      const envelope = unpackEnvelope(await this.codec.decode(entry.bytes, key));
      if (envelope === undefined) throw new DecodeError('malformed');
      if (envelope.head.args === args) {
        return { ...envelope, createdAtMs: entry.createdAtMs, expiresAtMs: entry.expiresAtMs };
      }
      this.report({ type: 'defect', name, reason: 'arguments' });
    } catch (error) {
      this.report({ type: 'defect', name, reason: error instanceof DecodeError ? error.fault : 'malformed' });
    }
    return undefined;
  }
}
