import { createItemClient, DynamoStore } from '../../src/cache/index.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { createTestTable, type TestTable } from '../support/dynamodb.js';
import { InterceptedItems } from '../support/intercepted-items.js';
import { startManagerApp, type ManagerApp } from './support/manager-app.js';
import { appClock } from './support/time.js';

const FIVE_YEARS_S = 5 * 365 * 24 * 3_600;

describe('CACHE_MANAGER: what it asks of DynamoDB', () => {
  let database: TestDatabase;
  let table: TestTable;
  let items: InterceptedItems;
  let app: ManagerApp;

  beforeAll(async () => {
    database = await createTestDatabase();
    table = await createTestTable();
    items = new InterceptedItems(createItemClient(table.connection));
    app = await startManagerApp(
      database.url,
      new DynamoStore({ table: table.name, items: items.client, clock: appClock }),
    );
  });
  afterAll(async () => {
    await app.close();
    await table.drop();
    await database.drop();
  });

  it('reads are consistent: values change under their keys', async () => {
    await app.cache.get('a');
    await app.cache.mget(['a', 'b']);

    const [get, batch] = items.sent.map(({ request }) => request);
    expect(get?.['ConsistentRead']).toBe(true);
    expect(batch?.['RequestItems']).toMatchObject({ [table.name]: { ConsistentRead: true } });
  });

  it('what was deleted is expired for clocks that are behind too, and young enough for DynamoDB to delete', async () => {
    items.sent.splice(0);
    await app.cache.del('a');

    const item = items.sent[0]?.request['Item'] as { readonly x: number; readonly ttl: number };
    const nowS = Date.now() / 1_000;
    expect(item.x).toBeLessThan(Date.now() - 3_600_000);
    expect(item.ttl).toBeLessThan(nowS);
    expect(item.ttl).toBeGreaterThan(nowS - FIVE_YEARS_S);
  });
});
