import { randomUUID } from 'node:crypto';
import { LoadScope, runLoad } from '../../src/cache/core/load-scope.js';
import { PrismaService } from '../../src/prisma/prisma.service.js';
import { CacheCluster, patientTag, type Instance } from '../support/cache-cluster.js';
import { Gate } from '../support/cache-gate.js';
import { recordCall } from '../support/cache-harness.js';
import { ClinicalRows } from '../support/clinical-rows.js';
import { waitUntil } from '../support/wait-until.js';
import { canonicalTags } from '../../src/cache/versions/tag.js';

describe('changes past the service', () => {
  let cluster: CacheCluster;
  let a: Instance;
  let id: string;

  beforeAll(async () => (cluster = await CacheCluster.start()));
  beforeEach(async () => {
    a = await cluster.instance();
    id = await cluster.rows.patient('Before');
    await a.name(id);
  });
  afterEach(() => cluster.closeInstances());
  afterAll(() => cluster.close());

  // Guards the triggers of the migration, version-feed.ts, hear, and version-map.ts, update.
  it('a change by another program is seen, by its notification: nobody asks PostgreSQL', async () => {
    await cluster.rename(id, 'After');
    await waitUntil('it is seen', async () => (await a.name(id)) === 'After');

    expect((await a.read(id)).source).toBe('L1');
    expect(a.authority.feedState).toBe('live');
  });

  // Guards the triggers of the migration: the exams of a record raise the patient's tag.
  it('a change of what a record is made of is seen', async () => {
    await cluster.rows.exam(id);
    await waitUntil('it is seen', async () => (await a.read(id)).value?.exams.length === 1);

    expect(a.origin.loads).toBe(2);
  });

  // Guards the triggers of the migration: they bump in the transaction, so that it takes the bump back with it.
  it('a transaction that is rolled back bumps nothing: still a hit', async () => {
    const version = await cluster.rows.version(patientTag(id));
    await cluster.rows.query('BEGIN');
    await cluster.rename(id, 'Never');
    await cluster.rows.exam(id);
    // Uncommitted, nobody sees it.
    expect(await a.name(id, 'strong')).toBe('Before');
    await cluster.rows.query('ROLLBACK');
    await a.authority.barrier();

    expect(await cluster.rows.version(patientTag(id))).toBe(version);
    for (const consistency of ['bounded', 'strong'] as const) {
      expect(await a.read(id, { consistency })).toMatchObject({ value: { name: 'Before' }, source: 'L1' });
    }
    expect(a.origin.loads).toBe(1);
  });

  // Guards tag.ts and the migration: TRUNCATE names no rows, and bumps the tag of everything.
  it('TRUNCATE is seen in every entry', async () => {
    await cluster.rows.query('TRUNCATE patient CASCADE');
    await a.authority.barrier();

    expect(await a.name(id)).toBeUndefined();
  });

  // Guards version-feed.ts, hear: `kind === 'drop'`; more than 1,000 tags in one transaction send no names.
  it('a transaction of more than a thousand patients is seen', async () => {
    await cluster.rows.query(
      `INSERT INTO patient (id, family_name, given_name, birth_date, gender)
       SELECT gen_random_uuid(), 'many', 'Jo', '1980-01-02', 'other' FROM generate_series(1, 1000)`,
    );
    await cluster.rows.query(`UPDATE patient SET family_name = 'All'`);
    await a.authority.barrier();

    expect(await a.name(id)).toBe('All');
    expect(a.events).toContainEqual({ type: 'map-dropped' });
  });

  // Guards tiered-cache.ts, fill: `complete`, and versioned-load.ts, judge: 'tag-without-row'. Counterexample "rule 8 off".
  it('rule 8: a patient who does not exist is not cached, and seen as soon as he does', async () => {
    const unknown = '7b1d4a52-8f0e-4c3b-9a57-2f8e6c1d0b34';
    expect(await a.read(unknown)).toMatchObject({ value: null, notStored: 'tag-without-row' });
    await cluster.rows.patient('Born', 'Jo', unknown);

    expect(await a.name(unknown)).toBe('Born');
  });

  // Guards tag.ts, uuidTag: `toLowerCase`. The upper-case id finds the row; another tag would never be bumped.
  it('rule 8: an upper-case id is the same tag', async () => {
    expect(await a.name(id.toUpperCase())).toBe('Before');
    await cluster.rename(id, 'After');
    await a.authority.barrier();

    expect(await a.name(id.toUpperCase())).toBe('After');
  });

  // Guards entry-filler.ts, toLocal, and origin-load.ts, toEntry: a deleted patient's "none" is an entry as any other.
  it('a patient is deleted and comes back: none in between, which is cached', async () => {
    await cluster.rows.query('DELETE FROM patient WHERE id = $1', [id]);
    await a.authority.barrier();
    expect(await a.read(id)).toMatchObject({ value: null, notStored: undefined });
    expect(await a.read(id)).toMatchObject({ value: null, source: 'L1' });
    await cluster.rows.patient('Back', 'Jo', id);
    await a.authority.barrier();

    expect(await a.name(id)).toBe('Back');
  });

  describe('PrismaService.snapshot', () => {
    // Guards prisma.service.ts, snapshot: `isolationLevel: 'RepeatableRead'`, and observeSnapshot before the data.
    it('a record read in two queries with a change in between is of one moment, and stored under its versions', async () => {
      const prisma = new PrismaService({ databaseUrl: cluster.database.url });
      const writer = await ClinicalRows.connect(cluster.database.url);
      const gate = new Gate();
      const load = () =>
        prisma.snapshot(async (tx) => {
          const patient = await tx.patient.findUnique({ where: { id }, select: { familyName: true } });
          await gate.pass();
          return { name: patient?.familyName, exams: await tx.exam.count({ where: { patientId: id } }) };
        });
      const call = recordCall<Awaited<ReturnType<typeof load>>>({
        name: 'prisma',
        tags: canonicalTags([patientTag(id)]),
      });
      const slow = a.cache.getOrLoad(call, load);
      await gate.reached;
      await writer.query('BEGIN');
      await writer.query(`UPDATE patient SET family_name = 'After' WHERE id = $1`, [id]);
      await writer.exam(id);
      await writer.query('COMMIT');
      await a.authority.barrier();
      gate.open();

      expect(await slow).toMatchObject({ value: { name: 'Before', exams: 0 }, notStored: undefined });
      expect(await a.cache.getOrLoad(call, load)).toMatchObject({ value: { name: 'After', exams: 1 } });
      expect((await a.cache.getOrLoad(call, load)).source).toBe('L1');
      await writer.close();
      await prisma.$disconnect();
    });

    // Guards prisma.service.ts: `set_config` for a load, `SET TRANSACTION` without one.
    it('nothing can be changed in it, in a load or without one, whether its tags have rows or not', async () => {
      const prisma = new PrismaService({ databaseUrl: cluster.database.url });
      const change = () => prisma.snapshot((tx) => tx.patient.delete({ where: { id } }));
      const tags = canonicalTags([patientTag(randomUUID())]);

      await expect(change()).rejects.toThrow(/read-only transaction/);
      for (const load of [new LoadScope(tags), new LoadScope(tags.slice(1))])
        await expect(runLoad(load, change)).rejects.toThrow(/read-only transaction/);
      await prisma.$disconnect();
    });
  });
});
