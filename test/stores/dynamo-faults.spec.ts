import { inspect } from 'node:util';
import { CacheError } from '../../src/cache/base/errors.js';
import type { CacheStore } from '../../src/cache/stores/contract/cache-store.js';
import type { EntryKey } from '../../src/cache/keys/entry-key.js';
import { createItemClient } from '../../src/cache/stores/dynamo/document-item-client.js';
import { DynamoStore } from '../../src/cache/stores/dynamo/dynamo-store.js';
import { someBytes, someKey } from '../contract/store-under-test.js';
import { DynamoBench } from '../support/dynamo-bench.js';
import { testConnection } from '../support/dynamodb.js';
import { waitUntil } from '../support/wait-until.js';
import { answerError, answerWith, FakeDynamoDb, type Answer } from '../support/fake-dynamodb.js';

const SECRET = 'patient-in-a-key';
const KEY: EntryKey = { partition: SECRET, versions: '*@1.a' };
const OTHER: EntryKey = { partition: SECRET, versions: '*@2.a' };

const CALLS: Readonly<Record<string, (store: CacheStore) => Promise<unknown>>> = {
  'read of one': (store) => store.read([KEY]),
  'read of two': (store) => store.read([KEY, OTHER]),
  'write of one': (store) =>
    store.write([[KEY, { bytes: Buffer.from(SECRET), createdAtMs: 1, expiresAtMs: 2 }]]),
  'write of a large one': (store) =>
    store.write([[KEY, { bytes: someBytes(1_100_000, SECRET), createdAtMs: 1, expiresAtMs: 2 }]]),
  newest: (store) => store.newest(SECRET),
  acquireLease: (store) => store.acquireLease(KEY, SECRET, 1_000),
  releaseLease: (store) => store.releaseLease(KEY, SECRET),
  ping: (store) => store.ping(),
};

const FAULTS: Readonly<Record<string, Answer>> = {
  throttling: answerError(400, 'ProvisionedThroughputExceededException', SECRET),
  'throttling of the account': answerError(400, 'RequestLimitExceeded', SECRET),
  'a missing table': answerError(400, 'ResourceNotFoundException', `Requested resource not found: ${SECRET}`),
  'refused credentials': answerError(400, 'UnrecognizedClientException', SECRET),
  'no permission': answerError(400, 'AccessDeniedException', `not allowed for ${SECRET}`),
  'an internal error': answerError(500, 'InternalServerError', SECRET),
  'an unavailable service': answerWith(503, `<html>${SECRET}</html>`),
  'an error without a form': answerWith(400, { message: SECRET }),
  'an error with an odd name': answerError(400, `${SECRET} #/`, SECRET),
  'garbage in the place of JSON': answerWith(200, `{"Item": ${SECRET}`),
  'an answer that is cut': (response) => {
    response.writeHead(200, { 'content-length': 1_000 });
    response.write(`{"Item": "${SECRET}`, () => response.destroy());
  },
  'a connection that is closed': (response) => response.destroy(),
};

async function errorOf(call: Promise<unknown>): Promise<CacheError> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(CacheError);
  return error as CacheError;
}

describe('a DynamoDB that does not answer as it should', () => {
  let fake: FakeDynamoDb;
  let store: DynamoStore;

  beforeEach(async () => {
    fake = await FakeDynamoDb.start();
    const items = createItemClient({ ...testConnection(), endpoint: fake.endpoint });
    store = new DynamoStore({ table: 'cache-test', items });
  });
  afterEach(async () => {
    await store.close();
    await fake.stop();
  });

  describe.each(Object.keys(FAULTS))('%s', (fault) => {
    it.each(Object.keys(CALLS))('is a fault of %s, which says nothing of keys and values', async (call) => {
      fake.answer = FAULTS[fault]!;
      const error = await errorOf(CALLS[call]!(store));

      expect(error.code).toBe('CACHE_STORE_FAULT');
      expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(SECRET);
      expect(error.cause).toBeUndefined();
    });
  });

  it.each([
    ['ValidationException', 'Item size has exceeded the maximum allowed size', 400, 'CACHE_ENTRY_TOO_LARGE'],
    [
      'ValidationException',
      `One or more parameter values were invalid: ${SECRET}`,
      400,
      'CACHE_REQUEST_REFUSED',
    ],
    ['SerializationException', `cannot parse ${SECRET}`, 400, 'CACHE_REQUEST_REFUSED'],
    ['RequestEntityTooLarge', SECRET, 413, 'CACHE_ENTRY_TOO_LARGE'],
  ])('%s "%s" (%d) is no fault but %s', async (name, message, status, code) => {
    fake.answer = answerError(status, name, message);
    for (const call of Object.values(CALLS)) {
      const error = await errorOf(call(store));
      expect(error.code).toBe(code);
      expect(inspect(error, { depth: 9 })).not.toContain(SECRET);
    }
    expect(fake.requests).toBe(Object.keys(CALLS).length);
  });

  it('faults are tried twice at most', async () => {
    fake.answer = FAULTS['an internal error']!;
    await errorOf(store.read([KEY]));

    expect(fake.requests).toBe(2);
  });

  it('one that never answers: each call rejects at once when it is aborted, with the reason', async () => {
    const asked = Promise.withResolvers<void>();
    fake.answer = () => asked.resolve();
    const abort = new AbortController();
    const reason = new Error('enough');
    const outcomes = Object.values(CALLS).map((call) =>
      call(withSignal(store, abort.signal)).catch((error: unknown) => error),
    );
    await asked.promise;
    abort.abort(reason);

    expect(await Promise.all(outcomes)).toEqual(outcomes.map(() => reason));
  });

  it('one that never answers: close ends the calls under way', async () => {
    const asked = Promise.withResolvers<void>();
    fake.answer = () => asked.resolve();
    const outcomes = Object.values(CALLS).map((call) => errorOf(call(store)));
    await asked.promise;
    await store.close();

    for (const error of await Promise.all(outcomes)) expect(error.code).toBe('CACHE_STORE_FAULT');
  });

  it('connections are kept for the next call, as many as allowed at most, and end with the store', async () => {
    const items = createItemClient({ ...testConnection(), endpoint: fake.endpoint, maxConnections: 3 });
    const own = new DynamoStore({ table: 'cache-test', items });
    await Promise.all(Array.from({ length: 10 }, () => own.read([KEY])));
    expect(await fake.connections()).toBe(3);
    await own.read([KEY]);
    expect(await fake.connections()).toBe(3);

    await own.close();
    await waitUntil('the connections are closed', async () => (await fake.connections()) === 0);
  });

  it.each([
    ['nothing', {}],
    [
      'an item of another form',
      { Item: { pk: { S: 'x' } }, Responses: { 'cache-test': [{ b: { S: 'x' } }] } },
    ],
    ['another table', { Responses: { other: [{ pk: { S: SECRET }, sk: { S: '*@1.a' } }] } }],
  ])('an answer with %s is a miss', async (_, body) => {
    fake.answer = answerWith(200, body);

    for (const { entry } of [...(await store.read([KEY])), ...(await store.read([KEY, OTHER]))]) {
      expect(entry).toBeUndefined();
    }
    expect(await store.newest(SECRET)).toBeUndefined();
  });

  it('nobody at the address is a fault', async () => {
    const { endpoint } = fake;
    await fake.stop();
    const lonely = new DynamoStore({
      table: 't',
      items: createItemClient({ ...testConnection(), endpoint }),
    });

    expect(await errorOf(lonely.read([someKey()]))).toMatchObject({ code: 'CACHE_STORE_FAULT' });
    await lonely.close();
    fake = await FakeDynamoDb.start();
  });
});

describe('a table that is dropped', () => {
  it('is a fault of every call, and after it was made again all goes on with the same store', async () => {
    const bench = await DynamoBench.open();
    const key = someKey();
    await bench.write(key, someBytes(800_000, 'before'));
    await bench.table.drop();
    for (const call of Object.values(CALLS)) {
      expect((await errorOf(call(bench.store))).code).toBe('CACHE_STORE_FAULT');
    }

    await bench.table.create();
    expect(await bench.store.read([key], { consistent: true })).toEqual([{ entry: undefined }]);
    await bench.write(key, someBytes(800_000, 'after'));
    expect((await bench.store.read([key], { consistent: true }))[0]?.entry?.bytes).toHaveLength(800_000);
    await bench.close();
  });
});

/** The same store, each of whose calls has this signal. */
function withSignal(store: CacheStore, signal: AbortSignal): CacheStore {
  return {
    capabilities: store.capabilities,
    read: (keys) => store.read(keys, { signal }),
    write: (entries) => store.write(entries, { signal }),
    newest: (partition) => store.newest(partition, { signal }),
    acquireLease: (key, owner, ttlMs) => store.acquireLease(key, owner, ttlMs, { signal }),
    releaseLease: (key, owner) => store.releaseLease(key, owner, { signal }),
    ping: () => store.ping({ signal }),
    close: () => store.close(),
  };
}
