import { readdirSync, readFileSync } from 'node:fs';
import type { Instance } from '../cluster/instance.js';
import type { Sample } from './growth.js';

const KIB = 1_024;
const MS = 1_000;

/** How `instance` is now: Linux' /proc, and what it tells Prometheus. Undefined when it does not answer. */
export async function sampleOf(instance: Instance): Promise<Sample | undefined> {
  const { pid } = instance;
  if (pid === undefined) return undefined;
  try {
    const { text } = await instance.send({ path: '/metrics' });
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return {
      rss: Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * KIB,
      heap: metric(text, 'nodejs_heap_size_used_bytes'),
      external: metric(text, 'nodejs_external_memory_bytes'),
      handles: readdirSync(`/proc/${pid}/fd`).length,
      lagMs: metric(text, 'nodejs_eventloop_lag_p99_seconds') * MS,
    };
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
