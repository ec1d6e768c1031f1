// npm run soak -- --minutes N: docs/freshness.md.
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { isLoadEnough, type Trend } from './growth.js';
import { READS_PER_SECOND, soak, type SoakResult } from './soak.js';

const MIB = 1_048_576;
const log = (line: string): void => void process.stdout.write(`${line}\n`);

const { values } = parseArgs({ options: { minutes: { type: 'string' }, seed: { type: 'string' } } });
const minutes = Number(values.minutes ?? 10);
const seed = Number(values.seed ?? randomInt(2 ** 31));
if (!(minutes > 0) || !Number.isSafeInteger(seed)) {
  log('npm run soak -- [--minutes <n>] [--seed <n>]');
  process.exit(2);
}

function rowOf(instance: string, { measure, before, after, grows }: Trend): string {
  const shown = (value: number): string =>
    ['rss', 'heap', 'external'].includes(measure)
      ? `${(value / MIB).toFixed(1)} MiB`
      : value.toFixed(measure === 'lagMs' ? 1 : 0);
  return `| ${instance} | ${measure} | ${shown(before)} | ${shown(after)} | ${grows ? 'GROWS' : 'no'} |`;
}

function report({ session, storm, instances }: SoakResult): boolean {
  const { counts, checker } = session;
  const isEnough = isLoadEnough(counts.reads, minutes, READS_PER_SECOND);
  const faults = Object.entries(storm.used).map(([name, times]) => `${name} ${times}`);
  log(
    `\n${minutes} min, seed ${seed}: ${counts.reads} reads, ${counts.writes} writes, ${counts.refused} unanswered`,
  );
  log(`${storm.faults.length} faults: ${faults.join(', ')}`);
  log(`stale reads: ${checker.violations.length}`);
  log(`reads: ${isEnough ? 'enough' : 'TOO FEW'}, aimed at ${READS_PER_SECOND} a second\n`);
  log('| instance | measure | second fifth | last fifth | grows |\n| --- | --- | --- | --- | --- |');
  for (const { name, trends } of instances) for (const trend of trends) log(rowOf(name, trend));
  return (
    checker.violations.length === 0 &&
    isEnough &&
    instances.every(({ trends }) => trends.every(({ grows }) => !grows))
  );
}

const good = report(await soak({ minutes, seed, log }));
process.exitCode = good ? 0 : 1;
