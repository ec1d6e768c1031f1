import type { CacheOverview, CacheStats } from '../../cache/index.js';
import type { Family, Sample } from '../../common/metric-family.js';
import type { HistogramFamily } from './register-families.js';

type Route = CacheOverview['routes'][number];
type Counts = Readonly<Record<string, number>>;

/** What `/metrics` says of the cache by route. Routes and functions are labels, by name; no key and no tag is. */
export function cacheRouteFamilies(
  now: () => CacheOverview,
  stats: CacheStats,
): readonly (Family | HistogramFamily)[] {
  return [...routeFamilies(now), ...loadFamilies(stats, now)];
}

function routeFamilies(now: () => CacheOverview): readonly Family[] {
  const counter = (name: string, help: string, of: (route: Route) => readonly Sample[]): Family => ({
    name: `careline_cache_${name}_total`,
    help,
    kind: 'counter',
    samples: () =>
      now().routes.flatMap((route) =>
        of(route).map(([labels, value]) => [{ route: route.name, ...labels }, value] as const),
      ),
  });
  const byTier = ({ L1, L2 }: Route['hits']): readonly Sample[] => [
    [{ tier: 'L1' }, L1],
    [{ tier: 'L2' }, L2],
  ];
  const by = (label: string, counts: Counts): readonly Sample[] =>
    Object.entries(counts).map(([kind, count]) => [{ [label]: kind }, count]);
  const plain = (value: number): readonly Sample[] => [[{}, value]];
  return [
    counter('hits', 'Answers from a tier.', ({ hits }) => byTier(hits)),
    counter('misses', 'Look-ups in a tier that found nothing.', ({ misses }) => byTier(misses)),
    counter('joined', 'Requests that shared the load of another one.', ({ joined }) => plain(joined)),
    counter('stored', 'Entries that were stored in a tier.', ({ stored }) => byTier(stored)),
    counter('stored_bytes', 'Bytes that were stored in a tier.', ({ storedBytes }) => byTier(storedBytes)),
    counter('leases', 'Attempts to be the one process that loads.', ({ leases }) => by('outcome', leases)),
    counter('not_stored', 'Loads that could not be stored.', ({ notStored }) => by('reason', notStored)),
    counter('defects', 'Stored entries that could not be used.', ({ defects }) => by('reason', defects)),
    counter('checks', 'Hits that were compared with the origin.', ({ checks }) => by('outcome', checks)),
    counter('served_stale', 'Older answers served while the origin was down.', ({ servedStale }) =>
      plain(servedStale),
    ),
    counter('refreshed_early', 'Loads begun before expiry.', ({ refreshedEarly }) => plain(refreshedEarly)),
    counter(
      'dependencies_changed',
      'Entries that depended on something that has changed.',
      ({ dependenciesChanged }) => plain(dependenciesChanged),
    ),
    counter('writes_shed', 'Entries not stored in L2 because too many were being stored.', ({ writesShed }) =>
      plain(writesShed),
    ),
    counter('read_units', 'Read request units that the store consumed.', ({ readUnits }) => plain(readUnits)),
    counter('write_units', 'Write request units that the store consumed.', ({ writeUnits }) =>
      plain(writeUnits),
    ),
  ];
}

function loadFamilies(stats: CacheStats, now: () => CacheOverview): readonly (Family | HistogramFamily)[] {
  const routes = () => now().routes;
  return [
    {
      name: 'careline_cache_load_duration_seconds',
      help: 'How long loads from the origin took.',
      kind: 'histogram',
      samples: () => [...stats.routes].map(([route, { loads }]) => [{ route }, loads] as const),
    },
    {
      name: 'careline_cache_load_failures_total',
      help: 'Loads that failed, and loads that read older data than was known to be current.',
      kind: 'counter',
      samples: () =>
        routes().flatMap(({ name, loads }): Sample[] => [
          [{ route: name, reason: 'failed' }, loads.failed],
          [{ route: name, reason: 'lagged' }, loads.lagged],
        ]),
    },
  ];
}
