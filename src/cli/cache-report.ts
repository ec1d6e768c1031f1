import type { CacheExplanation } from '../metrics/dto/cache-explanation.dto.js';
import type { CacheStatsAnswer } from '../metrics/dto/cache-stats.dto.js';

type Route = CacheStatsAnswer['routes'][number];
type Local = NonNullable<CacheExplanation['local']>;
type Shared = NonNullable<CacheExplanation['shared']>;

const UNITS: readonly (readonly [name: string, ms: number])[] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
];

/** What stands in the way of a cached answer, in words. */
const OBSTACLES: Readonly<Record<NonNullable<CacheExplanation['obstacle']>, string>> = {
  'no-route': 'no route answers GET requests of this path',
  'route-not-cached': 'the route is not cached',
  'undeclared-query': 'it has a query parameter that the route does not declare',
  'no-principal': 'its answers are not everybody’s, and nobody asks: say who with --subject or --roles',
  'not-cacheable': 'the answer to this request may not be kept',
  'tags-failed': 'the route cannot tell its tags from this path',
  'authority-down': 'the version authority does not answer',
  'tag-without-row': 'a tag has no version: there is no such data',
};

/** The statistics as lines for people. */
export function statsLines(stats: CacheStatsAnswer): string[] {
  const { total, local, shared, feed, perSecond } = stats;
  const faults = Object.values(shared.faults).reduce((sum, count) => sum + count, 0);
  const usd = total.usdPerMillionHits;
  return [
    `Since ${stats.since}`,
    `  requests         ${number(total.requests)} (${number(perSecond.requests)} a second), ${percent(total.hitRatio)} from the cache`,
    `  loads            ${number(total.loads)} (${number(perSecond.loads)} a second)`,
    `  inconsistencies  ${number(total.inconsistencies)}`,
    `  this process     ${number(local.entries)} entries, ${megabytes(local.bytes)} of ${megabytes(local.maxBytes)} MB`,
    `  shared tier      ${shared.state === 'none' ? 'none' : `breaker ${shared.state}, ${number(faults)} faults`}`,
    `  version feed     ${feed.state}, ${number(feed.invalidations)} changes heard of`,
    `  capacity units   ${number(total.readUnits)} read, ${number(total.writeUnits)} write: ${
      usd === null ? 'no hits yet' : `${usd.toFixed(4)} USD a million hits`
    }`,
    '',
    ...table([HEADINGS, ...stats.routes.map(routeRow)]),
  ];
}

const HEADINGS = [
  'route',
  'requests',
  'L1 hits',
  'L2 hits',
  'hit ratio',
  'loads',
  'p50 ms',
  'p99 ms',
  'units',
];

function routeRow({ name, requests, hits, hitRatio, loads, readUnits, writeUnits }: Route): string[] {
  return [
    name,
    number(requests),
    number(hits.L1),
    number(hits.L2),
    percent(hitRatio),
    number(loads.count),
    number(loads.p50Ms),
    number(loads.p99Ms),
    `${number(readUnits)}+${number(writeUnits)}`,
  ];
}

/** The explanation as lines for people. */
export function explanationLines({
  path,
  obstacle,
  route,
  key,
  tags,
  local,
  shared,
}: CacheExplanation): string[] {
  return [
    path,
    ...(route === null
      ? []
      : [`  route    ${route.name}, ${route.pattern}, ${route.scope}, ${route.consistency}`]),
    ...(obstacle === null ? [] : [`  Not answered from the cache: ${OBSTACLES[obstacle]}.`]),
    ...(key === null ? [] : [`  key      ${key.partition}`, `           ${key.versions}`]),
    ...tags.map(({ tag, known, current }) => {
      const versions =
        known === current ? `${current ?? 'none'}` : `${current ?? 'none'}, here ${known ?? 'not known'}`;
      return `  tag      ${tag}: ${versions}`;
    }),
    ...(key === null ? [] : [`  L1       ${local === null ? 'not there' : entryText(local)}`]),
    ...(shared === null ? [] : [`  L2       ${sharedText(shared)}`]),
  ];
}

function sharedText({ state, reason, entry, readUnits }: Shared): string {
  const cost = readUnits === null ? '' : `; a read costs ${number(readUnits)} units`;
  switch (state) {
    case 'none':
      return 'there is no shared tier';
    case 'unavailable':
      return 'cannot be asked';
    case 'absent':
      return `not there${cost}`;
    case 'unusable':
      return `unusable: ${reason ?? 'unknown'}${cost}`;
    case 'held':
      return entry === null ? 'there' : `${entryText(entry)}, stored in ${number(entry.storedBytes)}${cost}`;
  }
}

function entryText({ bytes, ageMs, ttlMs, current }: Local): string {
  const life = ttlMs > 0 ? `kept for another ${time(ttlMs)}` : 'expired';
  return `${number(bytes)} bytes, ${time(ageMs)} old, ${life}${current ? '' : ', of what has changed since'}`;
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
}

function number(value: number | null): string {
  return value === null ? '-' : value.toLocaleString('en', { maximumFractionDigits: 1 });
}

function percent(ratio: number | null): string {
  return ratio === null ? '-' : `${(100 * ratio).toFixed(1)} %`;
}

function megabytes(bytes: number): string {
  return (bytes / 1_000_000).toFixed(1);
}

/** In the largest unit of which there are two: 24 h rather than 1 d. */
function time(ms: number): string {
  const [unit, size] = UNITS.find(([, length]) => ms >= 2 * length) ?? ['ms', 1];
  return `${Math.floor(ms / size)} ${unit}`;
}
