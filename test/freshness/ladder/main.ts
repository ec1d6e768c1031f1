// npm run bench:ladder: how often the origin is asked, with each protection added in turn. docs/performance.md.
import { Cluster } from '../cluster/cluster.js';
import { climb, reachesTheTop } from './climb.js';
import { RUNGS } from './rungs.js';

const log = (line: string): void => void process.stdout.write(`${line}\n`);

const cluster = await Cluster.start();
try {
  log(
    '| protections | requests | loads at the origin | least possible | asked again | failed | out of date | marked stale |',
  );
  log('| --- | --- | --- | --- | --- | --- | --- | --- |');
  for (const index of RUNGS.keys()) {
    const step = await climb(cluster, index);
    const { name, requests, loads, least, askedAgain, failed, outOfDate, markedStale } = step;
    log(`| ${[name, requests, loads, least, askedAgain, failed, outOfDate, markedStale].join(' | ')} |`);
    if (index === RUNGS.length - 1 && !reachesTheTop(step)) process.exitCode = 1;
  }
} finally {
  await cluster.stop();
}
