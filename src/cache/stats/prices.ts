import type { ConsumedUnits } from '../stores/contract/cache-store.js';

/**
 * US dollars for a million request units of DynamoDB on demand in eu-central-1, table class Standard:
 * https://aws.amazon.com/dynamodb/pricing/on-demand/
 */
const USD_PER_MILLION_READ_UNITS = 0.1525;
const USD_PER_MILLION_WRITE_UNITS = 0.7625;

const MILLION = 1_000_000;

export type Units = Pick<ConsumedUnits, 'readUnits' | 'writeUnits'>;

/** What `units` cost, in US dollars. */
export function usdOf({ readUnits, writeUnits }: Units): number {
  return (readUnits * USD_PER_MILLION_READ_UNITS + writeUnits * USD_PER_MILLION_WRITE_UNITS) / MILLION;
}

/** All that the store consumed, spread over the hits; undefined when there were none. */
export function usdPerMillionHits(units: Units, hits: number): number | undefined {
  return hits === 0 ? undefined : (usdOf(units) / hits) * MILLION;
}
