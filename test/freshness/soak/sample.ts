import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { waitUntil } from '../../support/wait-until.js';
import type { Instance } from '../cluster/instance.js';
import type { Sample } from './growth.js';

const MS = 1_000;

const COLLECTED_DEADLINE_MS = 10_000;

/**
 * How `instance` is when it has collected its garbage: what it writes to `atRestFile` (preload/at-rest.mjs), Linux' /proc,
 * and what it tells Prometheus. Undefined when it does not answer.
 */
export async function sampleOf(instance: Instance, atRestFile: string): Promise<Sample | undefined> {
  const { pid } = instance;
  if (pid === undefined) return undefined;
  try {
    const { text } = await instance.send({ path: '/metrics' });
    const { rss, heap, external } = await atRest(pid, atRestFile);
    return {
      ...{ rss, heap, external },
      handles: readdirSync(`/proc/${pid}/fd`).length,
      lagMs: metric(text, 'nodejs_eventloop_lag_p99_seconds') * MS,
    };
  } catch {
    return undefined;
  }
}

type Memory = Pick<Sample, 'rss' | 'heap' | 'external'>;

/** @throws {Error} when the process does not say it in time: it is frozen, for instance */
async function atRest(pid: number, file: string): Promise<Memory> {
  rmSync(file, { force: true });
  process.kill(pid, 'SIGWINCH');
  let memory: Memory | undefined;
  await waitUntil(
    'garbage is collected',
    () => (memory = readMemory(file)) !== undefined,
    COLLECTED_DEADLINE_MS,
  );
  if (memory === undefined) throw new Error('no memory');
  return memory;
}

function readMemory(file: string): Memory | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Memory;
  } catch {
    return undefined;
  }
}

/** @throws {Error} when `text` has no such metric */
function metric(text: string, name: string): number {
  const value = new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1];
  if (value === undefined) throw new Error(`there is no metric ${name}`);
  return Number(value);
}
