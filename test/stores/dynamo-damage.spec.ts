import { NumberValue } from '@aws-sdk/lib-dynamodb';
import { someBytes, someKey } from '../contract/store-under-test.js';
import type { ReadResult } from '../../src/cache/stores/contract/cache-store.js';
import type { EntryKey } from '../../src/cache/keys/entry-key.js';
import { DynamoBench, type Row } from '../support/dynamo-bench.js';

const LARGE = 1_000_000;
const SHORT = 3_000;
/** JavaScript has no number for it. */
const HUGE = NumberValue.from('1234567890123456789012345.6789');

describe('what stands in the table and is not what the store wrote', () => {
  let bench: DynamoBench;

  beforeAll(async () => {
    bench = await DynamoBench.open();
  });
  afterAll(() => bench.close());

  const written = async (length: number): Promise<EntryKey> => {
    const key = someKey();
    await bench.write(key, someBytes(length, key.partition));
    expect((await read(key)).entry?.bytes).toHaveLength(length);
    return key;
  };
  const read = async (key: EntryKey): Promise<ReadResult> =>
    (await bench.store.read([key], { consistent: true }))[0]!;
  const chunksOf = async (key: EntryKey): Promise<readonly Row[]> =>
    (await bench.rowsOf(key.partition)).filter(({ sk }) => sk.startsWith(`${key.versions}#`));
  const flipped = (bytes: unknown, at: number): Buffer => {
    const copy = Buffer.from(bytes as Uint8Array);
    copy[at] = copy[at]! ^ 0b100;
    return copy;
  };

  it.each([
    ['a bit of the payload flipped', (row: Row) => ({ ...row, b: flipped(row['b'], 1_700) })],
    ['the payload cut', (row: Row) => ({ ...row, b: (row['b'] as Buffer).subarray(0, -1) })],
    ['the payload empty', (row: Row) => ({ ...row, b: Buffer.alloc(0) })],
    ['a bit of the checksum flipped', (row: Row) => ({ ...row, h: flipped(row['h'], 3) })],
    ['a later expiry', (row: Row) => ({ ...row, x: (row['x'] as number) + 1 })],
    ['another time of creation', (row: Row) => ({ ...row, t: (row['t'] as number) - 1 })],
  ])('a head with %s is a miss: checksum', async (_, damage) => {
    const key = await written(SHORT);
    await bench.put(damage(await bench.row(key)));

    expect(await read(key)).toEqual({ entry: undefined, defect: 'checksum' });
    expect(await bench.store.newest(key.partition)).toBeUndefined();
  });

  const wrongTypes: readonly unknown[] = [
    'text',
    17,
    null,
    true,
    [1],
    { a: 1 },
    new Set(['a']),
    Buffer.from('binary'),
  ];
  const cases = ['b', 'n', 't', 'x', 'h'].flatMap((name) =>
    wrongTypes
      .filter((value) => !(typeof value === 'number' && 'ntx'.includes(name)))
      .filter((value) => !(Buffer.isBuffer(value) && name === 'b'))
      .map((value) => [name, value] as const),
  );
  const numbers = [0, -1, 0.5, 95, 1e9, HUGE].flatMap((value) => [['n', value] as const]);
  const times = [-1, 0.5, HUGE].flatMap((value) => [['t', value] as const, ['x', value] as const]);

  it.each([...cases, ...numbers, ...times])(
    'a head whose %s is %p is a miss: malformed',
    async (name, value) => {
      const key = await written(SHORT);
      await bench.put({ ...(await bench.row(key)), [name]: value });

      expect(await read(key)).toEqual({ entry: undefined, defect: 'malformed' });
      await expect(bench.store.newest(key.partition)).resolves.toBeUndefined();
    },
  );

  it.each(['b', 'n', 't', 'x', 'h'])('a head without %s is a miss: malformed', async (name) => {
    const key = await written(SHORT);
    await bench.put(without(await bench.row(key), name));

    expect(await read(key)).toEqual({ entry: undefined, defect: 'malformed' });
  });

  it.each([undefined, 17, '', 'short', '#'.repeat(12), 'x'.repeat(33), Buffer.alloc(12)])(
    'a head of several chunks whose generation is %p is a miss: malformed',
    async (generation) => {
      const key = await written(LARGE);
      const row = without(await bench.row(key), 'g');
      await bench.put(generation === undefined ? row : { ...row, g: generation });

      expect(await read(key)).toEqual({ entry: undefined, defect: 'malformed' });
    },
  );

  it('a row of another entry that was copied here is a miss: checksum', async () => {
    const [key, other] = [await written(SHORT), await written(SHORT)];
    await bench.put({ ...(await bench.row(other)), pk: key.partition, sk: key.versions });

    expect(await read(key)).toEqual({ entry: undefined, defect: 'checksum' });
  });

  it('a row without any attribute but its key is a miss: malformed', async () => {
    const key = someKey();
    await bench.put({ pk: key.partition, sk: key.versions });

    expect(await read(key)).toEqual({ entry: undefined, defect: 'malformed' });
  });

  it('attributes that are not known do no harm', async () => {
    const key = await written(SHORT);
    await bench.put({ ...(await bench.row(key)), later: { version: 2 } });

    expect((await read(key)).entry?.bytes).toHaveLength(SHORT);
  });

  it.each([0, 1])('a head whose further chunk %d is missing is a miss: chunk-missing', async (index) => {
    const key = await written(LARGE);
    const chunks = await chunksOf(key);
    expect(chunks).toHaveLength(2);
    await bench.delete(chunks[index]!);

    expect(await read(key)).toEqual({ entry: undefined, defect: 'chunk-missing' });
    expect(await bench.store.read([key])).toEqual([{ entry: undefined, defect: 'chunk-missing' }]);
  });

  it('a head that names a generation that nobody wrote is a miss: chunk-missing', async () => {
    const key = await written(LARGE);
    await bench.put({ ...(await bench.row(key)), g: 'AAAAAAAAAAAA' });

    expect(await read(key)).toEqual({ entry: undefined, defect: 'chunk-missing' });
  });

  it.each([
    ['flipped', (row: Row) => ({ ...row, b: flipped(row['b'], 5) }), 'checksum'],
    ['cut', (row: Row) => ({ ...row, b: (row['b'] as Buffer).subarray(1) }), 'checksum'],
    ['text', (row: Row) => ({ ...row, b: 'text' }), 'malformed'],
    ['without payload', ({ pk, sk }: Row) => ({ pk, sk }), 'malformed'],
  ])('a further chunk that is %s makes a miss', async (_, damage, defect) => {
    const key = await written(LARGE);
    await bench.put(damage((await chunksOf(key))[1]!));

    expect(await read(key)).toEqual({ entry: undefined, defect });
  });

  it('chunks that changed places make a miss: checksum', async () => {
    const key = await written(3 * 350 * 1_024);
    const [first, second] = await chunksOf(key);
    await bench.put({ ...first!, b: second!['b'] });
    await bench.put({ ...second!, b: first!['b'] });

    expect(await read(key)).toEqual({ entry: undefined, defect: 'checksum' });
  });

  it('expired rows that DynamoDB has not deleted yet are misses', async () => {
    const key = await written(LARGE);
    bench.clock.advance(60_000);

    expect(await bench.row(key)).toBeDefined();
    expect(await read(key)).toEqual({ entry: undefined, defect: 'expired' });
    expect(await bench.store.newest(key.partition)).toBeUndefined();
  });

  it('one damaged entry spoils no other of the same call', async () => {
    const keys = [await written(SHORT), await written(LARGE), await written(LARGE)];
    await bench.put({ ...(await bench.row(keys[0]!)), b: 'text' });
    await bench.delete((await chunksOf(keys[1]!))[0]!);

    const results = await bench.store.read(keys, { consistent: true });
    expect(results.map(({ entry, defect }) => entry?.bytes.length ?? defect)).toEqual([
      'malformed',
      'chunk-missing',
      LARGE,
    ]);
  });

  it('rows of chunks and leases that look like heads are never the newest entry, and never read as one', async () => {
    const key = await written(LARGE);
    const head = await bench.row(key);
    const later = { ...head, t: (head['t'] as number) + 1_000, x: (head['x'] as number) + 1_000 };
    const [chunk] = await chunksOf(key);
    await bench.put({ ...later, sk: `${key.versions}#lease` });
    await bench.put({ ...later, sk: `${key.versions}#7#AAAAAAAAAAAA` });
    await bench.put({ ...later, b: chunk!['b'], sk: chunk!.sk });

    expect((await bench.store.newest(key.partition))?.[0]).toEqual(key);
    expect((await read(key)).entry?.bytes).toHaveLength(LARGE);
  });

  it.each([['text'], [null], [Buffer.from('x')]])('a lease whose end is %p may be taken', async (end) => {
    const key = someKey();
    await bench.put({ pk: key.partition, sk: `${key.versions}#lease`, o: 'gone', x: end });

    expect(await bench.store.acquireLease(key, 'me', 1_000)).toBe(true);
    expect(await bench.store.acquireLease(key, 'other', 1_000)).toBe(false);
  });
});

function without(row: Row, name: string): Row {
  return Object.fromEntries(Object.entries(row).filter(([other]) => other !== name)) as Row;
}
