// npm run bench:ladder: how often the origin is asked, with each protection added in turn. docs/performance.md.
import { Cluster } from '../cluster/cluster.js';
import { climb } from './climb.js';
import { RUNGS } from './rungs.js';

const log = (line: string): void => void process.stdout.write(`${line}\n`);

const cluster = await Cluster.start();
try {
  log(
    '| protections | requests | loads at the origin | least possible | asked again | failed | out of date | marked stale |',
  );
  log('| --- | --- | --- | --- | --- | --- | --- | --- |');
  for (const index of RUNGS.keys()) {
    const { name, requests, loads, least, askedAgain, failed, outOfDate, markedStale } = await climb(
      cluster,
      index,
    );
    log(`| ${[name, requests, loads, least, askedAgain, failed, outOfDate, markedStale].join(' | ')} |`);
    // One load per key and version, no more; and with fewer the count is wrong. Everybody gets an answer.
    if (index === RUNGS.length - 1 && (loads !== least || failed > 0)) process.exitCode = 1;
  }
} finally {
  await cluster.stop();
}
