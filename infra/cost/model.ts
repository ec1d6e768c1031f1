import { HOURS_A_MONTH, PRICES } from './prices.ts';
import { ASSUMED, MEASURED } from './workload.ts';

export type Variant = 'no cache' | 'DynamoDB' | 'DAX';
export const VARIANTS: readonly Variant[] = ['no cache', 'DynamoDB', 'DAX'];

/** US dollars a month. */
export interface Cost {
  readonly tables: number;
  readonly dax: number;
  readonly database: number;
  readonly instances: number;
  readonly network: number;
  readonly trail: number;
  readonly total: number;
}

interface Load {
  readonly readUnits: number;
  readonly writeUnits: number;
  /** Calls of DynamoDB, each of which is an event of the trail. */
  readonly calls: number;
  readonly loads: number;
}

const SECONDS_A_MONTH = HOURS_A_MONTH * 3_600;
const MILLION = 1_000_000;
const DAX_NODES = 3;
/** Six interface endpoints in two zones. */
const ENDPOINT_ZONES = 12;
const MIN_ACU = 0.5;
/** Writer and reader. */
const DATABASE_INSTANCES = 2;
const MIN_INSTANCES = 2;
const INSTANCE_HOUR = PRICES.fargateCpuHour + 2 * PRICES.fargateGbHour;

/** Per second, of `requests` a second. */
export function loadOf(requests: number, variant: Variant): Load {
  const reads = requests * ASSUMED.reads;
  const messages = requests * ASSUMED.messages;
  const messageUnits = messages * ASSUMED.writeUnitsOfMessage;
  if (variant === 'no cache')
    return { readUnits: 0, writeUnits: messageUnits, calls: messages, loads: reads };
  const lookUps = reads * (1 - ASSUMED.l1HitRatio);
  const loads = lookUps * (1 - ASSUMED.sharedHitRatio);
  const reachTable = variant === 'DAX' ? lookUps * (1 - ASSUMED.daxHitRatio) : lookUps;
  return {
    readUnits: reachTable * MEASURED.readUnitsOfHit,
    writeUnits: loads * (MEASURED.writeUnitsOfEntry + ASSUMED.writeUnitsOfLease) + messageUnits,
    calls: reachTable + loads * ASSUMED.callsOfLoad + messages,
    loads,
  };
}

/** What a month costs at `requests` a second, day and night. */
export function monthlyCost(requests: number, variant: Variant): Cost {
  const { readUnits, writeUnits, calls, loads } = loadOf(requests, variant);
  const aMonth = (perSecond: number) => (perSecond * SECONDS_A_MONTH) / MILLION;
  const acu = Math.max(
    MIN_ACU,
    loads / ASSUMED.loadsOfAcu + (requests * ASSUMED.clinicalWrites) / ASSUMED.writesOfAcu,
  );
  const cost = {
    tables: aMonth(readUnits) * PRICES.millionReadUnits + aMonth(writeUnits) * PRICES.millionWriteUnits,
    dax: variant === 'DAX' ? DAX_NODES * PRICES.daxNodeHour * HOURS_A_MONTH : 0,
    database: DATABASE_INSTANCES * acu * PRICES.acuHour * HOURS_A_MONTH,
    instances: instancesFor(requests, variant) * INSTANCE_HOUR * HOURS_A_MONTH,
    network: (PRICES.balancerHour + ENDPOINT_ZONES * PRICES.endpointHour) * HOURS_A_MONTH,
    trail: aMonth(calls) * PRICES.millionDataEvents,
  };
  return { ...cost, total: Object.values(cost).reduce((sum, part) => sum + part, 0) };
}

export function instancesFor(requests: number, variant: Variant): number {
  const each = variant === 'no cache' ? ASSUMED.uncachedRequestsOfInstance : ASSUMED.cachedRequestsOfInstance;
  return Math.max(MIN_INSTANCES, Math.ceil(requests / each));
}
