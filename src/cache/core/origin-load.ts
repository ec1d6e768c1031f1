import type { KeyScheme } from '../keys/cache-key.js';
import type { EntryKey } from '../keys/entry-key.js';
import { ownBytes, type Entry } from '../tiers/entry.js';
import type { LocalTier } from '../tiers/local-tier.js';
import type { SharedTier } from '../tiers/shared-tier.js';
import { EVERYTHING } from '../versions/tag.js';
import { formatVersion, isSame, type TagVersions } from '../versions/version.js';
import type { CacheCall, Loader } from './cache-call.js';
import type { CurrentKeys, Fill } from './fill.js';
import { versionedLoad, type Loaded, type LoadTools } from './versioned-load.js';

export interface OriginLoadOptions extends LoadTools {
  readonly local: LocalTier;
  /** Undefined: this process is the only tier. */
  readonly shared: SharedTier | undefined;
  readonly keys: KeyScheme;
  /** In [0, 1): jitter. */
  readonly random: () => number;
}

/** A load that has ended, and the write to L2 that is still to be made: nobody waits for it. */
export interface OriginLoad<T> {
  readonly fill: Fill<T>;
  /**
   * Writes the entry to L2. It never rejects.
   * @returns its key; undefined: it is not stored there
   */
  readonly writeShared: (() => Promise<EntryKey | undefined>) | undefined;
}

const TTL_JITTER = 0.1;

/**
 * Loads from the origin, and stores in this process what may be stored.
 * @param current the versions that were looked up, and the keys made of them; undefined when the authority is down
 */
export async function loadFromOrigin<T>(
  call: CacheCall<T>,
  current: CurrentKeys | undefined,
  loader: Loader<T>,
  options: OriginLoadOptions,
): Promise<OriginLoad<T>> {
  const loaded = await versionedLoad(call, current?.versions, loader, options);
  const { value } = loaded;
  const entry = loaded.notStored === 'not-cacheable' ? undefined : toEntry(call, loaded, options);
  const notStored = entry === undefined ? 'not-cacheable' : loaded.notStored;
  // Its own value where nobody can change it, which is smaller than its bytes beside it.
  const local = entry && { ...entry, content: call.serializer.immutable ? value : ownBytes(entry.content) };
  const fill: Fill<T> = { value, entry: local, source: 'load', notStored };
  if (entry === undefined || local === undefined || notStored !== undefined) {
    options.report({ type: 'not-stored', name: call.name, reason: notStored ?? 'not-cacheable' });
    return { fill, writeShared: undefined };
  }
  const keys = keysOf(call, loaded.versions, current, options.keys);
  options.local.set(keys.local, keys.localPartition, local);
  options.report({ type: 'stored', name: call.name, tier: 'L1', bytes: entry.size });
  const { shared } = options;
  const writeShared =
    shared && (async () => ((await shared.write(keys, entry, call.name)) ? keys.entry : undefined));
  return { fill, writeShared };
}

/** Rule 1: an entry is stored under the versions that its load saw, which may be newer than those looked up. */
function keysOf<T>(
  call: CacheCall<T>,
  loaded: TagVersions,
  current: CurrentKeys | undefined,
  keys: KeyScheme,
): CurrentKeys['keys'] {
  const own = new Map([...loaded].filter(([tag]) => call.tags.includes(tag)));
  const isCurrent =
    current?.versions.size === own.size &&
    [...own].every(([tag, version]) => isSame(version, current.versions.get(tag)));
  return isCurrent ? current.keys : keys.of(call, own);
}

/** Undefined when the value has no serial form. */
function toEntry<T>(
  call: CacheCall<T>,
  { value, versions, loadMs, keepMs }: Loaded<T>,
  { clock, random }: OriginLoadOptions,
): Entry<Buffer> | undefined {
  const content = serialize(call, value);
  if (content === undefined) return undefined;
  const everything = versions.get(EVERYTHING);
  const createdAtMs = clock.now();
  const isAbsence = value === null;
  const ttlMs = Math.min(isAbsence ? call.negativeTtlMs : call.ttlMs, keepMs);
  const jitter = 1 + TTL_JITTER * (2 * random() - 1);
  return {
    content,
    size: content.length,
    isAbsence,
    everything: everything && formatVersion(everything),
    dependencies: new Map([...versions].filter(([tag]) => !call.tags.includes(tag))),
    createdAtMs,
    expiresAtMs: createdAtMs + Math.round(ttlMs * jitter),
    loadMs,
  };
}

function serialize<T>(call: CacheCall<T>, value: T): Buffer | undefined {
  try {
    return call.serializer.serialize(value);
  } catch {
    return undefined;
  }
}
