import { setTimeout as delay } from 'node:timers/promises';
import { EngineError } from '../engine-error.js';
import type { EngineSpec } from '../engine-spec.js';
import { listProcesses } from './processes.js';

const POLL_MS = 30;
const PATIENCE_MS = 5_000;

/**
 * Stops what an earlier run of this engine left behind: its keeper was killed and could not. The caller holds the lock,
 * so nobody uses them any more. They are known by program and marker, never by a pid in a file, which may by now be
 * the pid of anything.
 * @returns the pids of the stopped processes
 */
export async function stopOrphans(spec: EngineSpec, marker: string): Promise<number[]> {
  const found = await findOrphans(spec, marker);
  if (found.length === 0) return [];
  for (const signal of [spec.stopSignal, 'SIGKILL'] as const) {
    for (const pid of await findOrphans(spec, marker)) sendSignal(pid, signal);
    if (await allGone(spec, marker)) return found;
  }
  throw new EngineError(
    `${spec.title} of an earlier run (pid ${found.join(', ')}) does not end: end it by hand`,
  );
}

async function findOrphans(spec: EngineSpec, marker: string): Promise<number[]> {
  const processes = await listProcesses();
  return processes
    .filter(
      ({ executable, commandLine }) => spec.executables.includes(executable) && commandLine.includes(marker),
    )
    .map(({ pid }) => pid);
}

function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended by itself, or it is another user's: what is left is reported by the caller.
  }
}

// Asks for the list again and not for the pids: a zombie that nobody reaps keeps its pid, but has no command line.
async function allGone(spec: EngineSpec, marker: string): Promise<boolean> {
  const deadline = performance.now() + PATIENCE_MS;
  while ((await findOrphans(spec, marker)).length > 0) {
    if (performance.now() > deadline) return false;
    await delay(POLL_MS);
  }
  return true;
}
