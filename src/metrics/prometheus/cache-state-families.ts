import type { CacheOverview } from '../../cache/index.js';
import type { Family } from '../../common/metric-family.js';

type Read<T> = (overview: CacheOverview) => T;
type Of = (now: () => CacheOverview) => Family;

/** What `/metrics` says of the cache as a whole. */
export function cacheStateFamilies(now: () => CacheOverview): readonly Family[] {
  return FAMILIES.map((family) => family(now));
}

const FAMILIES: readonly Of[] = [
  single('counter', 'inconsistencies_total', 'Checked hits that the origin contradicted.', ({ total }) => {
    return total.inconsistencies;
  }),
  single(
    'gauge',
    'estimated_usd_per_million_hits',
    'What the store consumed, at list prices, spread over the hits; absent before the first.',
    ({ total }) => total.usdPerMillionHits,
  ),
  single('gauge', 'local_bytes', 'Bytes in the tier of this process.', ({ local }) => local.bytes),
  single('gauge', 'local_max_bytes', 'Bytes that it may have.', ({ local }) => local.maxBytes),
  single('gauge', 'local_entries', 'Entries in the tier of this process.', ({ local }) => local.entries),
  single('counter', 'invalidations_total', 'Changes of served data that were heard of.', ({ feed }) => {
    return feed.invalidations;
  }),
  single('counter', 'versions_untold_total', 'Writes that could not tell their versions.', ({ feed }) => {
    return feed.versionsUntold;
  }),
  state(
    'feed_state',
    'Only a live feed is trusted.',
    ['live', 'distrusted', 'dead'],
    ({ feed }) => feed.state,
  ),
  state(
    'breaker_state',
    'The breaker of the shared tier; none: there is no such tier.',
    ['none', 'closed', 'half-open', 'open'],
    ({ shared }) => shared.state,
  ),
  split('feed_changes', 'Changes of the version feed.', ['to', 'reason'], ':', ({ feed }) => feed.changes),
  split('breaker_changes', 'Changes of the breaker.', ['to'], ':', ({ shared }) => shared.changes),
  split('store_faults', 'Failed calls on the store.', ['operation', 'code'], ' ', ({ shared }) => {
    return shared.faults;
  }),
];

function single(kind: Family['kind'], name: string, help: string, read: Read<number | null>): Of {
  return (now) => ({
    name: `careline_cache_${name}`,
    help,
    kind,
    samples: () => {
      const value = read(now());
      return value === null ? [] : [[{}, value]];
    },
  });
}

/** One gauge a state: 1 for the one that it is in. */
function state(name: string, help: string, states: readonly string[], read: Read<string>): Of {
  return (now) => ({
    name: `careline_cache_${name}`,
    help,
    kind: 'gauge',
    samples: () => {
      const current = read(now());
      return states.map((label) => [{ state: label }, label === current ? 1 : 0] as const);
    },
  });
}

/** Counts whose kinds are made of several labels. */
function split(
  name: string,
  help: string,
  labels: readonly string[],
  separator: string,
  read: Read<Readonly<Record<string, number>>>,
): Of {
  return (now) => ({
    name: `careline_cache_${name}_total`,
    help,
    kind: 'counter',
    samples: () =>
      Object.entries(read(now())).map(([kind, count]) => {
        const parts = kind.split(separator);
        return [Object.fromEntries(labels.map((label, i) => [label, parts[i] ?? ''])), count] as const;
      }),
  });
}
