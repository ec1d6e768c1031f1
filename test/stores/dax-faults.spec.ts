import { DaxStore } from '../../src/cache/stores/dax/dax-store.js';
import { DaxLocal } from '../../tools/dax-local/src/index.js';
import { someKey } from '../contract/store-under-test.js';
import { createTestTable, type TestTable } from '../support/dynamodb.js';
import { waitUntil } from '../support/wait-until.js';

const KEY = someKey();
const ENTRY = { bytes: Buffer.from('kept'), createdAtMs: 1, expiresAtMs: 8_000_000_000_000 };

describe('a DAX cluster that does not answer as it should', () => {
  let table: TestTable;
  let dax: DaxLocal;
  let store: DaxStore;
  const warned: NodeJS.WarningListener = () => undefined;

  beforeAll(async () => {
    process.on('warning', warned);
    table = await createTestTable();
    dax = await DaxLocal.start({ dynamodbEndpoint: table.connection.endpoint! });
    const { region, credentials } = table.connection;
    store = new DaxStore({
      table: table.name,
      dax: { region, credentials: credentials!, endpoint: dax.endpoint, requestTimeoutMs: 2_000 },
      dynamo: table.connection,
    });
    await works();
    await store.write([[KEY, ENTRY]]);
  });
  afterAll(async () => {
    process.off('warning', warned);
    await store.close();
    await dax.stop();
    await table.drop();
  });

  const outcome = (): Promise<unknown> =>
    store.read([KEY]).then(
      ([result]) => result?.entry?.bytes.toString(),
      (error: unknown) => (error as { code?: unknown }).code,
    );
  const works = (): Promise<void> =>
    waitUntil(
      'the cluster answers',
      () =>
        store.ping().then(
          () => true,
          () => false,
        ),
      20_000,
    );

  it('who listens to warnings of the process still does after the client was loaded', () => {
    expect(process.listeners('warning')).toContain(warned);
  });

  // Guards dax-item-client.ts, `withDeadline`: AWS's client never settles such a request.
  it('a connection that the server closed while it was idle: the call ends, and later ones work', async () => {
    dax.dropConnections();

    expect(['kept', 'CACHE_STORE_FAULT']).toContain(await outcome());
    await works();
    expect(await outcome()).toBe('kept');
  });

  it('a server that is silent: the deadline is a fault', async () => {
    const silence = dax.order({ kind: 'delay', delayMs: 60_000, methods: ['getItem'], times: Infinity });

    expect(await outcome()).toBe('CACHE_STORE_FAULT');
    silence.cancel();
    await works();
  });

  it('a request that is refused is a fault which does not quote it', async () => {
    const refused = dax.order({
      kind: 'error',
      name: 'AccessDeniedException',
      message: KEY.partition,
      times: 9,
    });
    const error: unknown = await store.read([KEY]).catch((reason: unknown) => reason);
    refused.cancel();

    expect(error).toMatchObject({ code: 'CACHE_STORE_FAULT' });
    expect(String(error)).not.toContain(KEY.partition);
  });

  it('gone: reads and writes are faults, leases go on, and all works when it is back', async () => {
    await dax.stopNode(0);

    expect(await outcome()).toBe('CACHE_STORE_FAULT');
    await expect(store.write([[KEY, ENTRY]])).rejects.toMatchObject({ code: 'CACHE_STORE_FAULT' });
    expect(await store.acquireLease(KEY, 'me', 10_000)).toBe(true);
    expect((await store.read([KEY], { consistent: true }))[0]?.entry?.bytes.toString()).toBe('kept');
    expect((await store.newest(KEY.partition))?.[0]).toEqual(KEY);

    await dax.startNode(0);
    await works();
    expect(await outcome()).toBe('kept');
  });
});
