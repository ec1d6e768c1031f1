import { setTimeout as delay } from 'node:timers/promises';
import type { Instance } from '../cluster/instance.js';
import type { Random } from './random.js';
import type { ClinicalRecord, Field } from './records.js';
import type { ReadOptions, Session } from './session.js';

export interface LoadOptions {
  readonly session: Session;
  readonly instances: readonly Instance[];
  readonly records: readonly ClinicalRecord[];
  readonly random: Random;
  /** Aimed at, over all instances. */
  readonly readsPerSecond: number;
  /** At least, over all writers; and one more for every {@link READS_PER_WRITE} reads. */
  readonly writesPerSecond: number;
  readonly signal: AbortSignal;
}

const READERS_PER_INSTANCE = 10;
const SINGLE_WRITERS = 6;
const CONCURRENT_WRITERS = 4;
/** After a request that came to nothing at once: an instance that does not run refuses very fast. */
const REFUSED_PAUSE_MS = 50;
const HOT_SHARE = 0.5;
const HOT_RECORDS = 4;

/** Readers and writers until `signal` says stop. Resolves when the last of them has its answer. */
export async function runLoad(options: LoadOptions): Promise<void> {
  const { session, instances, readsPerSecond, writesPerSecond } = options;
  const readers = instances.length * READERS_PER_INSTANCE;
  const readEveryMs = (1_000 * readers) / readsPerSecond;
  const begunAt = performance.now();
  const mayWrite = (): boolean => {
    const { reads, writes } = session.counts;
    return writes < reads / READS_PER_WRITE + (writesPerSecond * (performance.now() - begunAt)) / 1_000;
  };
  await Promise.all([
    ...instances.flatMap((instance) =>
      Array.from({ length: READERS_PER_INSTANCE }, () => readOn(instance, readEveryMs, options)),
    ),
    ...Array.from({ length: SINGLE_WRITERS }, (_, i) => writeOn(ownRegisters(i, options), mayWrite, options)),
    ...Array.from({ length: CONCURRENT_WRITERS }, () =>
      writeOn(registersOf(options.records, ['phone']), mayWrite, options),
    ),
  ]);
}

type Register = readonly [ClinicalRecord, Field];

function registersOf(records: readonly ClinicalRecord[], fields: readonly Field[]): Register[] {
  return records.flatMap((record) => fields.map((field): Register => [record, field]));
}

/** Registers that nobody else writes: their values have one order. */
function ownRegisters(writer: number, { records }: LoadOptions): Register[] {
  return registersOf(records, ['address', 'result']).filter((_, i) => i % SINGLE_WRITERS === writer);
}

/** Repeats `act` every `periodMs`, a little more or less; at once when it took longer. */
async function repeat(
  periodMs: number,
  { random, signal }: LoadOptions,
  act: () => Promise<boolean>,
): Promise<void> {
  while (!signal.aborted) {
    const begunAt = performance.now();
    const done = await act();
    const restMs = periodMs * (0.5 + random.next()) - (performance.now() - begunAt);
    if (!done) await delay(Math.max(restMs, REFUSED_PAUSE_MS));
    else if (restMs >= 1) await delay(restMs);
  }
}

function readOn(instance: Instance, periodMs: number, options: LoadOptions): Promise<void> {
  const { session, records, random } = options;
  const hot = records.slice(0, HOT_RECORDS);
  return repeat(periodMs, options, async () => {
    const record = random.pick(random.chance(HOT_SHARE) ? hot : records);
    return (await session.read(instance, record, kindOfRead(random))) !== undefined;
  });
}

function kindOfRead(random: Random): ReadOptions {
  const die = random.next();
  if (die < 0.01) return { reload: true };
  if (die < 0.11) return { conditional: true };
  if (die < 0.21) return { versions: true };
  return {};
}

/** So that a slow machine has hits as well: every write costs each instance a load or a look in the shared tier. */
const READS_PER_WRITE = 300;
/** How often each writer looks whether it is time for a write. */
const WRITER_PERIOD_MS = 200;
const SQL_SHARE = 0.1;

function writeOn(
  registers: readonly Register[],
  mayWrite: () => boolean,
  options: LoadOptions,
): Promise<void> {
  const { session, instances, random } = options;
  return repeat(WRITER_PERIOD_MS, options, async () => {
    if (!mayWrite()) return true;
    const [record, field] = random.pick(registers);
    const writer = random.chance(SQL_SHARE) ? 'sql' : random.pick(instances);
    return session.write(writer, record, field);
  });
}
