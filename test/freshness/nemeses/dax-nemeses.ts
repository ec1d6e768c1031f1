import type { Nemesis } from './nemesis.js';

const LAG_MS = { min: 200, max: 5_000 };

/** Each node of DAX has old items, and old misses, in its cache for a while. */
export const daxLag: Nemesis = {
  name: 'dax-lag',
  async begin({ cluster, random }) {
    const lagMs = random.between(LAG_MS.min, LAG_MS.max);
    const heal = await cluster.dax.lag(lagMs);
    return {
      what: `nodes of DAX lag by ${lagMs} ms`,
      durationMs: random.between(500, 4_000),
      heal,
    };
  },
};
