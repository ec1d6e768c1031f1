import { z } from 'zod';
import type { CacheOverview } from '../../cache/index.js';
import { instant } from '../../common/validation.js';

const count = (description: string, example = 3) => z.int().min(0).meta({ description, example });
const amount = (description: string, example: number) => z.number().meta({ description, example });
const counts = (description: string, example: Record<string, number>) =>
  z.record(z.string(), z.int()).meta({ description, example });
const duration = (description: string, example: number) =>
  z.number().nullable().meta({ description, example });

const ByTier = z
  .strictObject({
    L1: z.number().meta({ description: 'The tier in this process.', example: 4711 }),
    L2: z.number().meta({ description: 'The shared tier.', example: 12 }),
  })
  .meta({ id: 'CountsByTier', description: 'A count for each tier.' });

const StateChange = z
  .strictObject({
    at: instant().meta({ description: 'When it happened, or happened first.' }),
    to: z.string().meta({ description: 'The new state.', example: 'lost' }),
    reason: z
      .string()
      .nullable()
      .meta({ description: 'Why; null where nothing more is to be said.', example: 'unanswered' }),
    times: count('How often in a row.', 1),
  })
  .meta({ id: 'StateChange', description: 'A change of state.' });
const timeline = (description: string) => z.array(StateChange).meta({ description });

const traffic = {
  requests: count('Requests that asked the tier of this process.', 4800),
  hits: ByTier.meta({ description: 'Answers from each tier.' }),
  misses: ByTier.meta({ description: 'Look-ups in each tier that found nothing.' }),
  hitRatio: z.number().nullable().meta({
    description: 'Of the requests, those answered from a tier, 0 to 1; null before the first.',
    example: 0.984,
  }),
  joined: count('Requests that shared the load of another one.'),
  servedStale: count('Older answers served while the origin was down.', 0),
  readUnits: amount('Read request units that the store consumed.', 6.5),
  writeUnits: amount('Write request units that the store consumed.', 15),
  usd: amount('What those units cost, in US dollars at the same list price.', 0.0000124),
  saved: z
    .strictObject({
      loads: count('Loads of the origin that were not needed: hits, and requests that shared a load.', 4725),
      loadMs: amount('Their time in ms, at the mean duration of loads of the same route.', 14_647),
      readUnits: amount('Read request units that answers from this process spared.', 2_355),
      usd: amount('What those units would have cost, in US dollars.', 0.000359),
    })
    .meta({ id: 'CacheSavings', description: 'What the cache spared: estimates.' }),
  usdPerMillionHits: z
    .number()
    .nullable()
    .meta({
      description:
        'What the store consumed, in US dollars at the list price of DynamoDB on demand in eu-central-1, spread over ' +
        'the hits and multiplied by a million; null before the first hit.',
      example: 0.0026,
    }),
};

const RouteStats = z
  .strictObject({
    name: z.string().meta({
      description: 'The route or function; `(other)` for all after the first 500.',
      example: 'PatientsController.record',
    }),
    ...traffic,
    loads: z
      .strictObject({
        count: count('Loads from the origin.', 75),
        failed: count('Loads that failed.', 0),
        lagged: count('Loads done again because the origin lagged.', 0),
        meanMs: duration('Mean duration in ms; null before the first load.', 3.1),
        p50Ms: duration('Median in ms, an estimate.', 2.4),
        p95Ms: duration('95th percentile in ms, an estimate.', 8.2),
        p99Ms: duration('99th percentile in ms, an estimate.', 14),
      })
      .meta({ id: 'LoadStats', description: 'Loads from the origin.' }),
    stored: ByTier.meta({ description: 'Entries stored in each tier.' }),
    storedBytes: ByTier.meta({ description: 'Bytes stored in each tier.' }),
    leases: counts('Attempts to be the one process that loads, by outcome.', { won: 70, waited: 2 }),
    notStored: counts('Loads that could not be stored, by reason.', { 'tag-without-row': 1 }),
    defects: counts('Stored entries that could not be used, by reason.', { expired: 4 }),
    checks: counts('Hits compared with the origin, by outcome.', { consistent: 9 }),
    refreshedEarly: count('Loads begun before expiry.', 0),
    dependenciesChanged: count('Entries that depended on something that has changed.', 0),
    writesShed: count('Entries not stored in the shared tier because too many were being stored.', 0),
  })
  .meta({ id: 'CacheRouteStats', description: 'What happened on one route or in one function.' });

const durations = {
  count: count('Requests.', 4711),
  meanMs: duration('Mean duration in ms.', 0.31),
  p50Ms: duration('Median in ms, an estimate.', 0.2),
  p95Ms: duration('95th percentile in ms, an estimate.', 0.6),
  p99Ms: duration('99th percentile in ms, an estimate.', 1.1),
};

const SourceStats = z
  .strictObject({
    source: z
      .enum(['L1', 'L2', 'load', 'joined', 'stale', 'bypass'])
      .meta({ description: 'Where the answers came from.', example: 'L1' }),
    ...durations,
    buckets: z.array(z.int()).meta({
      description: 'Requests by duration: up to each bound, and longer than all.',
      example: [4_000, 700, 10, 1],
    }),
  })
  .meta({ id: 'SourceStats', description: 'How long answers from one source took.' });

const RequestStats = z
  .strictObject({
    method: z.string().meta({ description: 'The method.', example: 'GET' }),
    route: z
      .string()
      .meta({ description: 'The pattern; `none` where nothing answers.', example: '/api/patients/:id' }),
    status: z.int().meta({ description: 'The status.', example: 200 }),
    source: z.enum(['L1', 'L2', 'load', 'joined', 'stale', 'bypass', 'none']).meta({
      description: 'Where the answer came from; `none` on routes that are not cached.',
      example: 'L1',
    }),
    ...durations,
  })
  .meta({ id: 'RequestStats', description: 'How long requests of one kind took.' });

/** Answer of `GET /api/cache/stats`: all that the cache says, and by the types of those who answer no more. */
export const CacheStatsAnswer = z
  .strictObject({
    since: instant().meta({ description: 'When this process began to count.' }),
    perSecond: z
      .strictObject({
        requests: amount('Requests a second.', 120.5),
        hits: amount('Hits a second, of both tiers.', 119),
        loads: amount('Loads a second.', 1.5),
      })
      .meta({ id: 'CacheRates', description: 'Over the last minute.' }),
    total: z
      .strictObject({
        ...traffic,
        loads: count('Loads from the origin.', 75),
        inconsistencies: count('Checked hits that the origin contradicted under the same versions.', 0),
      })
      .meta({ id: 'CacheTotal', description: 'All routes and functions together.' }),
    local: z
      .strictObject({
        entries: count('Entries.', 950),
        bytes: count('Bytes of all entries with their keys.', 18_350_080),
        maxBytes: count('The limit.', 67_108_864),
      })
      .meta({ id: 'LocalTierStats', description: 'The tier in this process.' }),
    shared: z
      .strictObject({
        state: z.enum(['none', 'closed', 'half-open', 'open']).meta({
          description: 'Its breaker; open: the tier is not used. `none`: there is no shared tier.',
          example: 'closed',
        }),
        faults: counts('Calls that failed, by operation and code.', { 'read CACHE_STORE_TIMEOUT': 5 }),
        changes: counts('Changes of the breaker, by new state.', { open: 1 }),
        timeline: timeline('The last changes of the breaker, oldest first.'),
      })
      .meta({ id: 'SharedTierStats', description: 'The shared tier.' }),
    feed: z
      .strictObject({
        state: z.enum(['live', 'distrusted', 'dead']).meta({
          description: 'Only while it is live are versions known without asking.',
          example: 'live',
        }),
        invalidations: count('Changes that were heard of data that is served.', 310),
        versionsUntold: count('Writes whose response could not carry versions.', 0),
        changes: counts('Changes of the feed, by new state and reason.', { connected: 1 }),
        timeline: timeline('The last changes of the feed, oldest first.'),
      })
      .meta({ id: 'FeedStats', description: 'The feed of versions.' }),
    flushes: timeline(
      'The last flushes that this process was asked for; `reason` is `*` or the kind of tag.',
    ),
    routes: z.array(RouteStats).meta({ description: 'Every route and function that was called.' }),
    requests: z.array(RequestStats).meta({ description: 'How long requests took, by kind.' }),
    latency: z
      .strictObject({
        boundsMs: z
          .array(z.number())
          .meta({ description: 'Upper bounds of the buckets in ms.', example: [0.25, 0.5, 1] }),
        sources: z.array(SourceStats).meta({ description: 'Cached routes, by where answers came from.' }),
      })
      .meta({ id: 'LatencyStats', description: 'How long answers of cached routes took.' }),
  })
  .meta({
    id: 'CacheStats',
    description: 'The cache of this process since it began.',
  }) satisfies z.ZodType<CacheOverview>;
export type CacheStatsAnswer = z.output<typeof CacheStatsAnswer>;
