import { GuardedStore } from '../../src/cache/tiers/guarded-store.js';
import { DaxStore } from '../../src/cache/stores/dax/dax-store.js';
import { DaxLocal } from '../../tools/dax-local/src/index.js';
import { someKey } from '../contract/store-under-test.js';
import { createTestTable, type TestTable } from '../support/dynamodb.js';
import { waitUntil } from '../support/wait-until.js';

const KEY = someKey();
const ENTRY = { bytes: Buffer.from('kept'), createdAtMs: 1, expiresAtMs: 8_000_000_000_000 };

describe.each([1, 3])('a DAX cluster whose nodes (%i) are all gone, and come back', (nodes) => {
  let table: TestTable;
  let dax: DaxLocal;
  let store: GuardedStore;
  const states: string[] = [];

  beforeAll(async () => {
    table = await createTestTable();
    dax = await DaxLocal.start({ dynamodbEndpoint: table.connection.endpoint!, nodes });
    const { region, credentials } = table.connection;
    store = new GuardedStore({
      store: new DaxStore({
        table: table.name,
        dax: { region, credentials: credentials!, endpoint: dax.endpoint },
        dynamo: table.connection,
      }),
      timeoutMs: 2_000,
      retryAfterMs: 100,
      report: (event) => event.type === 'breaker' && states.push(event.state),
    });
  });
  afterAll(async () => {
    await store.close();
    await dax.stop();
    await table.drop();
  });

  const isRead = async (): Promise<boolean> => (await store.read([KEY], {}))?.[0]?.entry !== undefined;
  const all = Array.from({ length: nodes }, (_, node) => node);

  it('entries are read again, and stored, without a restart: the breaker has closed', async () => {
    await waitUntil('it stores', () => store.write([[KEY, ENTRY]], {}));
    await waitUntil('it reads', isRead);
    states.length = 0;

    for (const node of all) await dax.stopNode(node);
    await waitUntil('the breaker opens', async () => !(await isRead()) && store.state === 'open');
    for (const node of all) await dax.startNode(node);
    await waitUntil('it reads again', isRead);
    // AWS's client finds the nodes again one after the other, and the leader, which takes the writes, may be the last.
    await waitUntil('it stores again', () => store.write([[someKey(), ENTRY]], {}));

    expect(store.state).toBe('closed');
    expect(states[0]).toBe('open');
    expect(states.at(-1)).toBe('closed');
  });
});
