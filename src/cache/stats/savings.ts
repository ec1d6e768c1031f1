import { usdOf } from './prices.js';
import type { RouteCounts } from './route-counts.js';

/** What the cache spared the origin and the shared tier: estimates, from what the same routes cost without it. */
export interface Savings {
  /** Loads of the origin that were not needed: hits, and requests that shared a load. */
  readonly loads: number;
  /** Their time, had each taken as long as the route's loads do on average; ms. */
  readonly loadMs: number;
  /** Read request units, had each hit of this process asked the shared tier as its other look-ups did on average. */
  readonly readUnits: number;
  /** What those units would have cost, in US dollars. */
  readonly usd: number;
}

/** Sums what was spared on each route: records of one route are of a size, those of several are not. */
export function savingsOf(routes: readonly RouteCounts[]): Savings {
  let loads = 0;
  let loadMs = 0;
  let readUnits = 0;
  for (const route of routes) {
    const spared = route.hits.L1 + route.hits.L2 + route.joined;
    const lookUps = route.hits.L2 + route.misses.L2;
    loads += spared;
    loadMs += spared * (route.loads.meanMs ?? 0);
    readUnits += lookUps === 0 ? 0 : (route.hits.L1 * route.readUnits) / lookUps;
  }
  return { loads, loadMs, readUnits, usd: usdOf({ readUnits, writeUnits: 0 }) };
}
