import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { createDynamoClient } from '../../src/dynamo/dynamo-client.js';
import { CacheExplanation } from '../../src/metrics/dto/cache-explanation.dto.js';
import { CacheStatsAnswer } from '../../src/metrics/dto/cache-stats.dto.js';
import { openClinic, type Clinic } from '../support/clinic.js';
import { createTestTable, type TestTable } from '../support/dynamodb.js';
import { waitUntil } from '../support/wait-until.js';

const EXAMS = 60;

describe('/api/cache with DynamoDB', () => {
  let table: TestTable;
  let clinic: Clinic;
  let path: string;
  beforeAll(async () => {
    table = await createTestTable();
    clinic = await openClinic({
      CACHE_STORE: 'dynamo',
      CACHE_TABLE: table.name,
      DYNAMODB_ENDPOINT: table.connection.endpoint ?? '',
      CACHE_L2_TIMEOUT_MS: '5000',
    });
  });
  beforeEach(async () => {
    const id = await clinic.rows.patient('García', 'José');
    for (let i = 0; i < EXAMS; i++) await clinic.rows.exam(id);
    path = `/api/patients/${id}`;
  });
  afterAll(async () => {
    await clinic.close();
    await table.drop();
  });

  const explain = async () =>
    CacheExplanation.parse((await clinic.admin.get(`/api/cache/entries?route=${path}`)).body);
  const stats = async () => CacheStatsAnswer.parse((await clinic.admin.get('/api/cache/stats')).body);
  const route = async () => (await stats()).routes.find(({ name }) => name === 'PatientsController.record');
  const isStored = async () => (await explain()).shared?.state === 'held';

  it('explains where an entry is, its size as sent and as stored, and what a read of it costs', async () => {
    expect((await explain()).shared).toEqual({ state: 'absent', reason: null, entry: null, readUnits: 0.5 });

    const body = Buffer.from(JSON.stringify((await clinic.clinician.get(path)).body));
    await waitUntil('stored', isStored);
    const { local, shared } = await explain();

    expect(body.length).toBeGreaterThan(8_192);
    expect(shared?.entry?.bytes).toBeGreaterThanOrEqual(body.length);
    expect(shared?.entry?.bytes).toBe(local?.bytes);
    // Uuids do not compress: what is stored is smaller, but not nothing.
    expect(shared?.entry?.storedBytes).toBeLessThan(body.length / 2);
    expect(shared?.entry?.storedBytes).toBeGreaterThan(EXAMS * 16);
    expect(shared?.entry).toMatchObject({ current: true });
    expect(shared?.readUnits).toBe(0.5 * Math.ceil(((shared?.entry?.storedBytes ?? 0) + 400) / 4_096));
    expect(local?.ttlMs).toBeCloseTo(shared?.entry?.ttlMs ?? 0, -3);
  });

  it('counts capacity units by route, and what they cost', async () => {
    const before = await route();
    await clinic.clinician.get(path);
    await waitUntil('stored', isStored);
    await clinic.clinician.get(path);
    const written = async () => ((await route())?.writeUnits ?? 0) - (before?.writeUnits ?? 0);
    // What is stored can be seen before the store has said what it cost.
    await waitUntil('all is counted', async () => (await written()) >= 3);
    const after = await route();

    // The read that misses; the lease taken, the entry, the lease's end.
    expect((after?.readUnits ?? 0) - (before?.readUnits ?? 0)).toBe(0.5);
    const hits = (after?.hits.L1 ?? 0) + (after?.hits.L2 ?? 0);
    const usd = 0.1525 * (after?.readUnits ?? 0) + 0.7625 * (after?.writeUnits ?? 0);
    expect(after?.usdPerMillionHits).toBeCloseTo(usd / hits, 9);
    expect(after?.leases).toEqual({ won: (before?.leases['won'] ?? 0) + 1 });
  });

  it('flush: nothing that is stored is touched, and nothing is read again', async () => {
    const units = (await stats()).total.writeUnits;
    await clinic.clinician.get(path);
    await waitUntil('all is counted', async () => (await stats()).total.writeUnits >= units + 3);
    const before = await stats();

    await clinic.admin.post('/api/cache/flush', {});
    const after = await stats();
    const { local, shared } = await explain();

    expect(after.total.readUnits).toBe(before.total.readUnits);
    // The lease of the last load may still be on its way back.
    expect(after.total.writeUnits - before.total.writeUnits).toBeLessThanOrEqual(1);
    expect(local).toBeNull();
    expect(shared?.state).toBe('absent');
    expect((await clinic.clinician.get(path)).headers.get('cache-status')).toBe('careline; fwd=miss; stored');
  });

  it('a damaged entry is unusable, and explaining it counts no defect', async () => {
    await clinic.clinician.get(path);
    await waitUntil('stored', isStored);
    const { key } = await explain();
    await damage(table, key);

    expect((await explain()).shared).toMatchObject({ state: 'unusable', reason: 'checksum', entry: null });
    expect((await route())?.defects).toEqual({});
  });

  it('a table that is gone: unavailable; faults and the breaker are told, and readers notice nothing', async () => {
    await table.drop();
    try {
      expect((await explain()).shared).toEqual({
        state: 'unavailable',
        reason: null,
        entry: null,
        readUnits: null,
      });
      await waitUntil('the breaker opens', async () => {
        expect((await clinic.clinician.get(path)).status).toBe(200);
        await clinic.rows.query('SELECT cache_bump($1)', [['*']]);
        return (await stats()).shared.state === 'open';
      });

      const { shared } = await stats();
      expect(shared.faults['read CACHE_STORE_FAULT']).toBeGreaterThan(0);
      expect(shared.changes['open']).toBeGreaterThan(0);
      expect(shared.timeline[0]).toMatchObject({ to: 'open' });
      expect((await explain()).shared?.state).toBe('unavailable');
    } finally {
      await table.create();
    }
  });
});

/** Puts other bytes in the place of those that are stored. */
async function damage(table: TestTable, key: CacheExplanation['key']): Promise<void> {
  const client = createDynamoClient(table.connection);
  await client.send(
    new UpdateItemCommand({
      TableName: table.name,
      Key: { pk: { S: key?.partition ?? '' }, sk: { S: key?.versions ?? '' } },
      UpdateExpression: 'SET b = :bytes',
      ExpressionAttributeValues: { ':bytes': { B: Buffer.from('other') } },
    }),
  );
  client.destroy();
}
