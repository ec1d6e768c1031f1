import { CacheCluster, inDynamo, inMemory, type Instance } from '../support/cache-cluster.js';
import { Gate } from '../support/cache-gate.js';
import { countOf } from '../support/cache-harness.js';
import { waitUntil } from '../support/wait-until.js';

const OLD = 'Before';
const NEW = 'After';

/**
 * A slow loader holds old data while a write is committed and answered. Guards, together: cache-key.ts (versions in the
 * key), versioned-load.ts, judge (the versions are those of the snapshot, not of a later look-up) and tiered-cache.ts,
 * getOrLoad (single flight by key with versions).
 */
describe.each([
  ['memory', inMemory],
  ['DynamoDB', inDynamo],
])('fill race over %s', (_, place) => {
  let cluster: CacheCluster;
  let a: Instance;
  let b: Instance;
  let id: string;

  beforeAll(async () => (cluster = await CacheCluster.start(place)));
  beforeEach(async () => {
    [a, b] = await Promise.all([cluster.instance(), cluster.instance()]);
    id = await cluster.rows.patient(OLD);
  });
  afterEach(() => cluster.closeInstances());
  afterAll(() => cluster.close());

  it.each([
    ['bounded', 'the same instance'],
    ['bounded', 'the other instance'],
    ['strong', 'the same instance'],
    ['strong', 'the other instance'],
  ] as const)(
    '%s, the write is answered by %s: the old value is never served afterwards',
    async (mode, by) => {
      const gate = new Gate();
      a.origin.gate = gate;
      const slow = a.name(id, mode);
      await gate.reached;
      const writer = by === 'the same instance' ? a : b;
      await cluster.rename(id, NEW);
      await writer.authority.barrier();

      // The old data is still held, and nobody may join the load that holds it.
      a.origin.gate = undefined;
      expect(await writer.name(id, mode)).toBe(NEW);
      for (const reader of [a, b]) expect(await reader.name(id, 'strong')).toBe(NEW);

      const stored = countOf(a.events, { type: 'stored', tier: 'L2' });
      gate.open();
      expect(await slow).toBe(OLD);
      await waitUntil('it is stored', () => countOf(a.events, { type: 'stored', tier: 'L2' }) > stored);

      await a.authority.barrier();
      await b.authority.barrier();
      const cold = await cluster.instance();
      for (const reader of [a, b, cold]) {
        for (const consistency of ['bounded', 'strong'] as const) {
          for (let i = 0; i < 3; i++) expect(await reader.name(id, consistency)).toBe(NEW);
        }
      }
      expect((await cold.read(id)).source).toBe('L1');
      expect(cold.origin.loads).toBe(0);
    },
  );
});
