import type { Cluster } from '../cluster/cluster.js';
import { FreshnessChecker } from '../history/freshness-checker.js';
import { Session } from './session.js';
import { underStorm } from './under-storm.js';

const IDLE = {
  ...{ cluster: {} as Cluster, seed: 1, instances: [], records: [], readsPerSecond: 1, writesPerSecond: 0 },
  session: new Session(new FreshnessChecker(1_000), { run: () => Promise.resolve(true) }),
};

describe('underStorm', () => {
  it('a fault that cannot be healed ends what goes on meanwhile, and is thrown', async () => {
    const heal = () => Promise.reject(new Error('it stays broken'));
    const nemesis = { name: 'n', begin: () => ({ what: 'n', durationMs: 0, heal }) };
    const aborted = Promise.withResolvers<void>();

    const run = underStorm({ ...IDLE, nemeses: [nemesis] }, (_, signal) => {
      signal.addEventListener('abort', () => aborted.resolve());
      return aborted.promise;
    });

    await expect(run).rejects.toThrow('it stays broken');
    await aborted.promise;
  });

  it('enough: the faults are healed when it resolves', async () => {
    const heal = () => Promise.resolve();
    const nemesis = { name: 'n', begin: () => ({ what: 'n', durationMs: 1, heal }) };
    const begun = async ({ faults }: { faults: readonly unknown[] }) => {
      while (faults.length === 0) await new Promise(setImmediate);
    };

    const { faults } = await underStorm({ ...IDLE, nemeses: [nemesis] }, begun);

    expect(faults.every(({ endedAt }) => endedAt !== Infinity)).toBe(true);
  });
});
