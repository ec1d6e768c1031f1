import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import tls from 'node:tls';
import { DaxStore } from '../../src/cache/stores/dax/dax-store.js';
import { DaxLocal } from '../../tools/dax-local/src/index.js';
import { someKey } from '../contract/store-under-test.js';
import { createTestTable, type TestTable } from '../support/dynamodb.js';
import { waitUntil } from '../support/wait-until.js';

const ENTRY = { bytes: Buffer.from('kept'), createdAtMs: 1, expiresAtMs: 8_000_000_000_000 };

describe('a DAX cluster with TLS (daxs:)', () => {
  const trusted = tls.getCACertificates('default');
  let table: TestTable;
  let dax: DaxLocal;

  beforeAll(async () => {
    table = await createTestTable();
    dax = await DaxLocal.start({ dynamodbEndpoint: table.connection.endpoint!, tls: true });
  });
  afterAll(async () => {
    tls.setDefaultCACertificates(trusted);
    await dax.stop();
    await table.drop();
  });

  const withStore = async <T>(work: (store: DaxStore) => Promise<T>, endpoint = dax.endpoint): Promise<T> => {
    const { region, credentials } = table.connection;
    const store = new DaxStore({
      table: table.name,
      dax: { region, credentials: credentials!, endpoint },
      dynamo: table.connection,
    });
    try {
      return await work(store);
    } finally {
      await store.close();
    }
  };
  const itemsAsked = (): number => dax.stats()[0]!.items.hits + dax.stats()[0]!.items.misses;

  it('whose certificate is not trusted: a fault', async () => {
    const read = withStore((store) => store.read([someKey()]));

    await expect(read).rejects.toMatchObject({ code: 'CACHE_STORE_FAULT' });
    expect(itemsAsked()).toBe(0);
  });

  it('whose certificate is trusted: entries go through it', async () => {
    tls.setDefaultCACertificates([...trusted, dax.certificate!]);
    const key = someKey();

    const [result] = await withStore(async (store) => {
      await store.write([[key, ENTRY]]);
      return store.read([key]);
    });

    expect(dax.endpoint).toMatch(/^daxs:/);
    expect(result?.entry?.bytes.toString()).toBe('kept');
    expect(itemsAsked()).toBeGreaterThan(0);
  });

  // Guards dax-item-client.ts: `connectTimeout`.
  it('that never shakes hands: nothing of a closed store keeps the process alive', async () => {
    const silent = net.createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const sockets = new Set<net.Socket>();
    silent.on('connection', (socket) => sockets.add(socket));
    const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const before = timers();

    await withStore(
      async (store) => {
        void store.read([someKey()]).catch(() => undefined);
        await waitUntil('it asks', () => sockets.size > 0);
      },
      `daxs://127.0.0.1:${(silent.address() as AddressInfo).port}`,
    );

    await waitUntil('no timer is left', () => timers() <= before, 4_000);
    for (const socket of sockets) socket.destroy();
    silent.close();
  });
});
