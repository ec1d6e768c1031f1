// At SIGWINCH, which means nothing to a service, collects garbage and writes how much memory is left in use, as JSON, to the
// file FRESHNESS_AT_REST.
import { renameSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const FINALIZERS_MS = 50;
const file = process.env.FRESHNESS_AT_REST;
if (file !== undefined) {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  process.on('SIGWINCH', async () => {
    // Twice: what a finalizer lets go of is garbage of the next time.
    collect();
    await delay(FINALIZERS_MS);
    collect();
    const { rss, heapUsed, external } = process.memoryUsage();
    writeFileSync(`${file}.new`, JSON.stringify({ rss, heap: heapUsed, external }));
    renameSync(`${file}.new`, file);
  });
}
