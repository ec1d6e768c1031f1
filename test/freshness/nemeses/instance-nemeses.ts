import type { Nemesis } from './nemesis.js';

/** kill -9, and a new process some time later. */
export const kill: Nemesis = {
  name: 'kill',
  async begin({ cluster, random }) {
    const victim = random.pick(cluster.running);
    const durationMs = random.between(100, 1_500);
    await victim.kill();
    return { what: `${victim.name} killed`, durationMs, heal: () => victim.run() };
  },
};

/** SIGSTOP: longer than the bound now and then. */
export const freeze: Nemesis = {
  name: 'freeze',
  begin({ cluster, random }) {
    const victim = random.pick(cluster.running);
    const durationMs = random.between(200, 3_000);
    return { what: `${victim.name} frozen`, durationMs, heal: victim.freeze() };
  },
};

const MAX_SHIFT_MS = 10 * 60_000;

/** The wall clock jumps, forwards or backwards, and jumps again when the fault ends. */
export const clock: Nemesis = {
  name: 'clock',
  begin({ cluster, random }) {
    const victim = random.pick(cluster.running);
    const shiftMs = random.between(-MAX_SHIFT_MS, MAX_SHIFT_MS);
    const nextMs = random.between(-MAX_SHIFT_MS, MAX_SHIFT_MS);
    victim.setClock(shiftMs);
    return {
      what: `clock of ${victim.name} off by ${shiftMs} ms`,
      durationMs: random.between(500, 4_000),
      heal: () => victim.setClock(nextMs),
    };
  },
};
