import { DynamoDBDocument } from '@aws-sdk/lib-dynamodb';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitUntil } from '../../../test/support/wait-until.js';
import { DaxLocal, type DaxLocalOptions } from '../src/index.js';
import { AttributeLists, type ListHash } from '../src/protocol/attribute-lists.js';
import { closeClient, daxClient, failureOf } from './support/dax-client.js';
import { createTable, directClient, dropTables } from './support/table.js';

const direct = directClient();
const document = DynamoDBDocument.from(direct);
let TableName: string;
let folder: string;

beforeAll(async () => {
  TableName = await createTable(direct, ['S']);
  folder = await mkdtemp(join(tmpdir(), 'dax-local-lists-'));
});

afterAll(async () => {
  await dropTables(direct, [TableName]);
  await rm(folder, { recursive: true });
  direct.destroy();
});

async function failAfter(ms: number): Promise<never> {
  await delay(ms, undefined, { ref: false });
  throw new Error('no answer');
}

/**
 * A client writes `foo`; the server restarts on the same port; another client writes `bar` first. Then the first client
 * writes `foo` again, whose number it still knows. Answers what it wrote, or why it could not.
 */
async function writeAcrossRestart(pk: string, options: () => DaxLocalOptions): Promise<unknown> {
  let dax = await DaxLocal.start({ ...options(), dynamodb: direct });
  const { port } = dax;
  const survivor = daxClient(dax.endpoint, { clusterUpdateInterval: 50, healthCheckInterval: 50 });
  await survivor.put({ TableName, Item: { pk, foo: 1 } });
  await dax.stop();

  dax = await DaxLocal.start({ ...options(), dynamodb: direct, port });
  const other = daxClient(dax.endpoint);
  await other.put({ TableName, Item: { pk: `${pk} of another`, bar: 2 } });
  let refusal: string | undefined;
  await waitUntil('the first client has an answer', async () => {
    // On a connection that ended while it was idle the client waits for ever.
    const call = Promise.race([survivor.put({ TableName, Item: { pk, foo: 3 } }), failAfter(500)]);
    const failure = await failureOf(call).catch(() => undefined);
    refusal = failure?.code;
    return failure === undefined || failure.code === 'ValidationException';
  });
  const read = await survivor.get({ TableName, Key: { pk } });
  closeClient(survivor);
  closeClient(other);
  await dax.stop();
  const stored = await document.get({ TableName, Key: { pk }, ConsistentRead: true });
  expect(read.Item).toEqual(stored.Item);
  return refusal ?? stored.Item;
}

it('keeps the meaning of a number over a restart', async () => {
  expect(await writeAcrossRestart('kept', () => ({ dataDir: folder }))).toEqual({ pk: 'kept', foo: 3 });
});

it('refuses a number that it lost, rather than mixing up attributes', async () => {
  expect(await writeAcrossRestart('lost', () => ({}))).toBe('ValidationException');
});

it('would mix up attributes if the numbers were counted', async () => {
  // Numbers from a counter, as they are without a hash: each start begins anew.
  const counted = (): DaxLocalOptions => {
    let next = 1;
    return { listHash: () => ++next };
  };

  expect(await writeAcrossRestart('counted', counted)).toEqual({ pk: 'counted', bar: 3 });
});

describe('AttributeLists', () => {
  it('numbers are hashes: the same everywhere, exact in every client, never 0 or that of the empty list', async () => {
    const [one, other] = [await AttributeLists.open(), await AttributeLists.open()];
    await other.idOf(['x']);

    const id = await one.idOf(['a', 'b']);

    expect(await other.idOf(['a', 'b'])).toBe(id);
    expect(await one.idOf(['b', 'a'])).not.toBe(id);
    expect(Number.isSafeInteger(id) && id > 1).toBe(true);
    expect(await one.idOf([])).toBe(1);
  });

  it('gives lists whose hashes collide numbers of their own, and keeps them', async () => {
    const dataDir = join(folder, 'collisions');
    const hash: ListHash = (_names, attempt) => [0, 1, 7, 7, 8, 9][attempt] as number;
    const first = await AttributeLists.open({ dataDir, hash });
    const ids = [await first.idOf(['a']), await first.idOf(['b'])];
    await first.close();

    const second = await AttributeLists.open({ dataDir, hash });

    expect(ids).toEqual([7, 8]);
    expect([second.namesOf(7), second.namesOf(8)]).toEqual([['a'], ['b']]);
    expect(await second.idOf(['b'])).toBe(8);
    await second.close();
  });

  it('survives a line that was cut off by a crash', async () => {
    const dataDir = join(folder, 'torn');
    const first = await AttributeLists.open({ dataDir });
    const id = await first.idOf(['kept']);
    await first.close();
    const file = join(dataDir, 'attribute-lists.jsonl');
    await writeFile(file, `${await readFile(file, 'utf8')}\n[12345,["to`);

    const second = await AttributeLists.open({ dataDir });
    const added = await second.idOf(['added']);
    await second.close();
    const third = await AttributeLists.open({ dataDir });

    expect(third.namesOf(id)).toEqual(['kept']);
    expect(third.namesOf(added)).toEqual(['added']);
    expect(third.namesOf(12_345)).toBeUndefined();
    await third.close();
  });

  it('has room for so many lists, and says so', async () => {
    const lists = await AttributeLists.open({ maxLists: 2 });
    await lists.idOf(['one']);

    expect(() => lists.idOf(['two'])).toThrow('more than 2 attribute lists');
  });
});
