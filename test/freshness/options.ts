import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { NEMESES } from './nemeses/index.js';
import type { Nemesis } from './nemeses/nemesis.js';

export interface Options {
  readonly seed: number;
  readonly instances: number;
  readonly reads: number;
  readonly longestMs: number;
  /** With fewer the run fails. */
  readonly leastReads: number;
  readonly nemeses: readonly Nemesis[];
  readonly parts: readonly Part[];
  /** Where the counts go as JSON, for CI. */
  readonly output: string | undefined;
}

export const PARTS = ['faults', 'mutations'] as const;
export type Part = (typeof PARTS)[number];

const READS = 200_000;
const LONGEST_SECONDS = 180;
/** Half of what two quiet cores reach in that time: docs/freshness.md. */
const LEAST_READS = 50_000;
const READS_PER_MINUTE = 1_000_000;

export const USAGE = `npm run freshness -- [options]
  --seed <n>        the faults and their order; default: drawn
  --instances <n>   default 4
  --reads <n>       go on until there are so many reads and every kind of fault was used; default ${READS}
  --seconds <n>     but not longer; default ${LONGEST_SECONDS}
  --least-reads <n> with fewer the run fails; default ${LEAST_READS}, or --reads where that is less
  --minutes <n>     a long run: as long as this, however many reads
  --faults <a,b>    only these kinds: ${NEMESES.map(({ name }) => name).join(', ')}
  --only <part>     ${PARTS.join(' or ')}; default: both
  --output <file>   the counts as JSON`;

/** @throws {Error} with what is wrong */
export function readOptions(args: readonly string[]): Options {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...{ seed: text, instances: text, reads: text, 'least-reads': text, seconds: text, minutes: text },
      ...{ faults: text, only: text, output: text, help: { type: 'boolean' } },
    },
  });
  if (values.help === true) throw new Error('Freshness under faults: docs/freshness.md');
  const minutes = values.minutes === undefined ? undefined : whole('minutes', values.minutes);
  const reads =
    minutes === undefined ? whole('reads', values.reads ?? String(READS)) : minutes * READS_PER_MINUTE;
  return {
    seed: values.seed === undefined ? randomInt(2 ** 31) : whole('seed', values.seed, 0),
    instances: whole('instances', values.instances ?? '4'),
    reads,
    leastReads: whole('least-reads', values['least-reads'] ?? String(Math.min(LEAST_READS, reads))),
    longestMs:
      minutes === undefined
        ? whole('seconds', values.seconds ?? String(LONGEST_SECONDS)) * 1_000
        : minutes * 60_000,
    nemeses: values.faults === undefined ? NEMESES : values.faults.split(',').map(nemesisOf),
    parts: values.only === undefined ? PARTS : [partOf(values.only)],
    output: values.output,
  };
}

function whole(name: string, text: string, least = 1): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < least)
    throw new Error(`--${name} must be a whole number of at least ${least}`);
  return value;
}

function nemesisOf(name: string): Nemesis {
  const found = NEMESES.find((nemesis) => nemesis.name === name);
  if (found === undefined) throw new Error(`--faults: there is no ${name}`);
  return found;
}

function partOf(name: string): Part {
  const found = PARTS.find((part) => part === name);
  if (found === undefined) throw new Error(`--only must be ${PARTS.join(' or ')}`);
  return found;
}
