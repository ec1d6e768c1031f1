import { zstdCompressSync } from 'node:zlib';
import { faker } from '@faker-js/faker';
import { someBytes, someKey, somePartition } from '../contract/store-under-test.js';
import { DynamoBench } from '../support/dynamo-bench.js';

const KIB = 1_024;

/** A record such as the median one: about 18 KB of JSON, some exams at each visit. */
function someRecord(): Buffer {
  faker.seed(18);
  const exam = (): object => ({
    id: faker.string.uuid(),
    code: faker.helpers.arrayElement(['8302-2', '29463-7', '8867-4', '4548-4', '2339-0']),
    codeSystem: 'http://loinc.org',
    name: faker.helpers.arrayElement([
      'Body Height',
      'Body Weight',
      'Heart rate',
      'Hemoglobin A1c/Hemoglobin.total in Blood',
    ]),
    result: faker.number.float({ max: 200, fractionDigits: 1 }),
    unit: faker.helpers.arrayElement(['cm', 'kg', '/min', '%']),
  });
  const visit = (): object[] => {
    const date = faker.date.past({ years: 10, refDate: '2026-01-01T00:00:00.000Z' }).toISOString();
    return faker.helpers.multiple(exam, { count: 8 }).map((one) => ({ ...one, date }));
  };
  const exams = faker.helpers.multiple(visit, { count: 12 }).flat();
  return Buffer.from(JSON.stringify({ id: faker.string.uuid(), familyName: faker.person.lastName(), exams }));
}

describe('capacity units', () => {
  let bench: DynamoBench;

  beforeEach(async () => {
    bench = await DynamoBench.open();
  });
  afterEach(() => bench.close());

  it('a record of 18 KB, compressed, costs at most 1 unit to read and 5 to write, in one request each', async () => {
    const record = someRecord();
    const bytes = zstdCompressSync(record);
    const key = someKey('*@17.9f3ac1 patient:7b1d5c3e-0f6a-4c57-9a51-0d4e8f1b2c3d@231.0a9b8c');
    await bench.write(key, bytes);
    await bench.store.read([key]);

    expect(record.length).toBeGreaterThan(17 * KIB);
    expect(record.length).toBeLessThan(19 * KIB);
    expect(bench.items.operations).toEqual(['put', 'get']);
    const [written, read] = bench.consumed;
    expect(written?.writeUnits).toBeLessThanOrEqual(5);
    expect(read?.readUnits).toBeLessThanOrEqual(1);
    process.stdout.write(
      `record ${record.length} B, stored ${bytes.length} B: ${read?.readUnits} RCU a read, ${written?.writeUnits} WCU a write\n`,
    );
  });

  it('are counted for the name that a call is made for', async () => {
    const key = someKey();
    const entry = { bytes: someBytes(2_500, 'x'), createdAtMs: 1, expiresAtMs: bench.clock.now() + 1_000 };
    await bench.store.write([[key, entry]], { name: 'patients' });
    await bench.store.read([key], { name: 'patients' });
    await bench.store.read([key], { name: 'exams', consistent: true });
    await bench.store.read([key]);

    expect(bench.consumed).toEqual([
      { name: 'patients', readUnits: 0, writeUnits: 3 },
      { name: 'patients', readUnits: 0.5, writeUnits: 0 },
      { name: 'exams', readUnits: 1, writeUnits: 0 },
      { name: 'unnamed', readUnits: 0.5, writeUnits: 0 },
    ]);
  });

  it('of all requests of a call are added up: chunks, pages, leases', async () => {
    const key = someKey();
    await bench.write(key, someBytes(800_000, 'x'));
    await bench.store.read([key], { consistent: true });
    await bench.store.newest(key.partition);
    await bench.store.acquireLease(key, 'me', 1_000);
    await bench.store.releaseLease(key, 'me');
    await bench.store.ping();

    const [written, read, newest, taken, given, pinged] = bench.consumed;
    expect(written?.writeUnits).toBeGreaterThanOrEqual(Math.ceil(800_000 / KIB));
    expect(written?.writeUnits).toBeLessThan(Math.ceil(800_000 / KIB) + 10);
    expect(read?.readUnits).toBeGreaterThanOrEqual(Math.ceil(800_000 / KIB / 4));
    expect(newest?.readUnits).toBeGreaterThanOrEqual(2 * (read?.readUnits ?? Number.NaN) - 5);
    expect([taken?.writeUnits, given?.writeUnits, pinged?.readUnits]).toEqual([1, 1, 0.5]);
  });

  it('are asked for with every request', async () => {
    const [key, other] = [someKey(), someKey()];
    await bench.write(key, someBytes(800_000, 'x'));
    await bench.store.read([key, other]);
    await bench.store.newest(key.partition);
    await bench.store.acquireLease(key, 'me', 1_000);
    await bench.store.releaseLease(key, 'me');
    await bench.store.ping();

    const sent = [...bench.items.sent, ...bench.pastCache.sent];
    expect(new Set(sent.map(({ operation }) => operation)).size).toBe(6);
    for (const { request } of sent) expect(request['ReturnConsumedCapacity']).toBe('TOTAL');
  });

  it('of a call that fails are counted as far as it came', async () => {
    bench.items.interceptor = async ({ operation }, forward) => {
      if (operation === 'put') throw new Error('the head is not written');
      return forward();
    };
    await expect(bench.write(someKey(), someBytes(1_100_000, 'x'))).rejects.toThrow(
      'the head is not written',
    );

    expect(bench.consumed).toHaveLength(1);
    expect(bench.consumed[0]?.writeUnits).toBeGreaterThan(700);
  });

  it('250 entries are read in three requests and written in ten', async () => {
    const partition = somePartition();
    const keys = Array.from({ length: 250 }, (_, i) => ({ partition, versions: `*@${i}.a` }));
    const entry = { bytes: someBytes(500, 'x'), createdAtMs: 1, expiresAtMs: bench.clock.now() + 1_000 };
    await bench.store.write(keys.map((key) => [key, entry]));
    await bench.store.read(keys);

    expect(bench.items.sent.map(({ operation, rows }) => `${operation} ${rows.length}`)).toEqual([
      ...Array.from({ length: 10 }, () => 'batchWrite 25'),
      ...['batchGet 100', 'batchGet 100', 'batchGet 50'],
    ]);
    expect(bench.consumed.map(({ readUnits, writeUnits }) => [readUnits, writeUnits])).toEqual([
      [0, 250],
      [125, 0],
    ]);
  });
});
