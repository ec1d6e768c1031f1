import type { Clock } from '../base/clock.js';
import type { Consistency } from '../core/cache-call.js';
import type { CallKeys } from '../keys/cache-key.js';
import type { CachedOptions } from '../http/routes/cached-declaration.js';
import type { CacheRuntime } from '../http/cache-runtime.js';
import type { Uncached } from '../http/routes/cached-route.js';
import type { CachePrincipal } from '../http/routes/route-key.js';
import type { Routes } from '../http/routes.js';
import type { Entry } from '../tiers/entry.js';
import type { Inspection } from '../tiers/shared-tier.js';
import type { EntryKey } from '../keys/entry-key.js';
import type { Tag } from '../versions/tag.js';
import { tryLookUp } from '../versions/try-look-up.js';
import { formatVersion, isSame, type Version } from '../versions/version.js';
import type { VersionAuthority } from '../versions/version-authority.js';

/** Why a GET request of a path is not answered from the cache, whatever is in it. */
export type Obstacle = 'no-route' | 'route-not-cached' | Uncached | 'authority-down' | 'tag-without-row';

/** A tag of the key, or one that an entry depends on besides. Versions as `17.9f3ac1`; null: there is none. */
export interface ExplainedTag {
  readonly tag: string;
  /** What this process would use without asking. Null: it would ask. */
  readonly known: string | null;
  /** What the authority says now. Null: the tag has no row, and nothing that has it can be stored. */
  readonly current: string | null;
}

export interface ExplainedEntry {
  readonly ageMs: number;
  /** Negative when it has expired. */
  readonly ttlMs: number;
  /** Bytes of the value. */
  readonly bytes: number;
  /** Whether it depends on nothing that has changed since. */
  readonly current: boolean;
}

export interface ExplainedShared {
  readonly state: 'none' | Inspection['state'];
  /** Why it is unusable. */
  readonly reason: string | null;
  readonly entry: (ExplainedEntry & { readonly storedBytes: number }) | null;
  /** Capacity units that this look consumed, and a read of it does; null where the store has none. */
  readonly readUnits: number | null;
}

/** How the cache would answer a GET request of a path now. */
export interface Explanation {
  readonly path: string;
  readonly obstacle: Obstacle | null;
  readonly route: {
    readonly name: string;
    readonly pattern: string;
    readonly scope: CachedOptions['scope'];
    readonly consistency: Consistency;
  } | null;
  /** In the shared tier; hashes where keys are secret. */
  readonly key: EntryKey | null;
  readonly tags: readonly ExplainedTag[];
  readonly local: ExplainedEntry | null;
  readonly shared: ExplainedShared | null;
}

const EMPTY = { route: null, key: null, tags: [], local: null, shared: null };
const NAME = 'explain';

/**
 * Explains a path as somebody would ask for it who sends no header fields that the route varies on.
 * @param address a path, with or without a query
 * @param principal whose answer it is, for routes whose answers are not everybody's
 */
export async function explain(
  address: string,
  principal: CachePrincipal | undefined,
  routes: Routes,
  runtime: CacheRuntime,
): Promise<Explanation> {
  const [path = '', search = ''] = address.split(/\?(.*)/s, 2);
  const matched = routes.match(path);
  if (matched?.route === undefined) {
    return { path: address, ...EMPTY, obstacle: matched === undefined ? 'no-route' : 'route-not-cached' };
  }
  const { route, pattern, params } = matched;
  const { name, scope, consistency } = route;
  const explanation = { path: address, ...EMPTY, route: { name, pattern, scope, consistency } };
  const { call, uncached } = route.resolveKeyed({
    pattern,
    params,
    query: queryOf(search),
    headers: {},
    principal,
  });
  if (call === undefined) return { ...explanation, obstacle: uncached };

  const known = (tag: Tag): Version | undefined => runtime.authority.known([tag])?.get(tag);
  const tags = call.tags.map((tag) => ({ tag, known: known(tag) }));
  const versions = await tryLookUp(runtime.authority, call.tags);
  const explainedTags = tags.map((it) => ({ ...it, current: versions?.get(it.tag) })).map(toExplainedTag);
  if (versions === undefined) return { ...explanation, tags: explainedTags, obstacle: 'authority-down' };
  if (call.tags.some((tag) => !versions.has(tag))) {
    return { ...explanation, tags: explainedTags, obstacle: 'tag-without-row' };
  }
  const keys = runtime.keys.of(call, versions);
  const local = runtime.cache.local.peek(keys.local);
  return {
    ...explanation,
    obstacle: null,
    key: keys.entry,
    tags: explainedTags,
    local: local === undefined ? null : await entryOf(local, runtime),
    shared: await sharedOf(keys, runtime),
  };
}

async function sharedOf(keys: CallKeys, runtime: CacheRuntime): Promise<ExplainedShared> {
  if (runtime.shared === undefined) return { state: 'none', reason: null, entry: null, readUnits: null };
  let readUnits: number | null = null;
  const [inspection] = await runtime.shared.inspect([keys], {
    name: NAME,
    consumed: (units) => (readUnits = units.readUnits),
  });
  const state = inspection?.state ?? 'unavailable';
  const reason = inspection?.state === 'unusable' ? inspection.reason : null;
  if (inspection?.state !== 'held') return { state, reason, entry: null, readUnits };
  const { entry, storedBytes } = inspection;
  return { state, reason, entry: { ...(await entryOf(entry, runtime)), storedBytes }, readUnits };
}

async function entryOf(
  { createdAtMs, expiresAtMs, dependencies, size }: Entry,
  { clock, authority }: { readonly clock: Clock; readonly authority: VersionAuthority },
): Promise<ExplainedEntry> {
  const now = clock.now();
  const current =
    dependencies.size === 0 ? dependencies : await tryLookUp(authority, [...dependencies.keys()]);
  return {
    ageMs: now - createdAtMs,
    ttlMs: expiresAtMs - now,
    bytes: size,
    current: [...dependencies].every(([tag, version]) => isSame(version, current?.get(tag))),
  };
}

interface TagState {
  readonly tag: Tag;
  readonly known: Version | undefined;
  readonly current: Version | undefined;
}

function toExplainedTag({ tag, known, current }: TagState): ExplainedTag {
  return {
    tag,
    known: known === undefined ? null : formatVersion(known),
    current: current === undefined ? null : formatVersion(current),
  };
}

/** As the router reads it: a parameter that is given twice is a list. */
function queryOf(search: string): Readonly<Record<string, unknown>> {
  const parameters = new URLSearchParams(search);
  return Object.fromEntries(
    [...new Set(parameters.keys())].map((name) => {
      const values = parameters.getAll(name);
      return [name, values.length > 1 ? values : values[0]];
    }),
  );
}
