import { CacheCluster, inDynamo, inMemory, patientTag, type Instance } from '../support/cache-cluster.js';
import { Gate } from '../support/cache-gate.js';
import { countOf } from '../support/cache-harness.js';
import { ClinicalRows } from '../support/clinical-rows.js';
import { backUp, type DatabaseBackup } from '../support/database-backup.js';
import { waitUntil } from '../support/wait-until.js';

/**
 * PostgreSQL comes back with older data and repeats counters that caches have seen. Guards version.ts, formatVersion: the
 * nonce in the key; versioned-load.ts, judge: the versions are those of the snapshot; and version-feed.ts, lose: the map
 * does not outlive its connection. Counterexample "rule 1 off: a restore, or a crash with synchronous_commit = off".
 */
describe.each([
  ['memory', inMemory],
  ['DynamoDB', inDynamo],
])('a restore from a backup, with entries in %s from after it', (_, place) => {
  let cluster: CacheCluster;
  let backup: DatabaseBackup;
  let writer: ClinicalRows;
  let a: Instance;
  let b: Instance;
  let id: string;

  beforeEach(async () => {
    cluster = await CacheCluster.start(place);
    id = await cluster.rows.patient('In the backup');
    backup = await backUp(cluster.database.url);
    writer = await ClinicalRows.connect(cluster.database.url);
    [a, b] = await Promise.all([cluster.instance(), cluster.instance()]);
  });
  afterEach(async () => {
    await writer.close();
    await cluster.close();
    await backup.drop();
  });

  async function rename(name: string): Promise<number> {
    await writer.query('UPDATE patient SET family_name = $2 WHERE id = $1', [id, name]);
    return writer.version(patientTag(id));
  }

  async function restore(): Promise<void> {
    await backup.restore();
    writer = await ClinicalRows.connect(cluster.database.url);
  }

  async function expectEverywhere(name: string): Promise<void> {
    for (const instance of [a, b, await cluster.instance()]) {
      await waitUntil('the feed is live', () => instance.authority.feedState === 'live');
      for (const consistency of ['bounded', 'strong', 'bounded'] as const) {
        expect(await instance.name(id, consistency)).toBe(name);
      }
    }
  }

  it('what was cached of the lost future is never served, also when its counter comes again', async () => {
    const lost = await rename('Lost');
    const losses = () => countOf(a.events, { type: 'feed-lost' });
    expect(await a.name(id)).toBe('Lost');
    await waitUntil('it is shared', () => countOf(a.events, { type: 'stored', tier: 'L2' }) === 1);
    expect((await b.read(id)).source).toBe('L2');
    await restore();
    await waitUntil('the connection is found dead', () => losses() > 0);

    await expectEverywhere('In the backup');
    expect(await rename('After the restore')).toBe(lost);
    await Promise.all([a.authority.barrier(), b.authority.barrier()]);
    await expectEverywhere('After the restore');
  });

  it('a load that began in the lost future, and stores its data after it: never served', async () => {
    const lost = await rename('Lost');
    const gate = new Gate();
    a.origin.gate = gate;
    const slow = a.name(id, 'strong');
    await gate.reached;
    await restore();
    expect(await rename('After the restore')).toBe(lost);
    a.origin.gate = undefined;
    gate.open();
    await slow;
    await waitUntil('it is stored', () => countOf(a.events, { type: 'stored', tier: 'L2' }) === 1);

    await expectEverywhere('After the restore');
  });
});
