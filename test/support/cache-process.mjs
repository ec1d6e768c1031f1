// An instance of the cache in a process of its own. Says `ready`, waits for a line, asks for one record many times at
// once, says `missed` when the shared tier does not have it, and in the end what came of it, as JSON. It runs the built
// code.
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import pg from 'pg';

const built = (path) => import(pathToFileURL(resolve('dist/cache', path)).href);
const { createCache } = await built('create-cache.js');
const { createCodec } = await built('codec/create-codec.js');
const { memoize } = await built('core/memoize.js');
const { observeSnapshot } = await built('core/snapshot.js');
const { createItemClient } = await built('stores/dynamo/document-item-client.js');
const { DynamoStore } = await built('stores/dynamo/dynamo-store.js');
const { uuidTag } = await built('versions/tag.js');

const { databaseUrl, table, connection, patientId, requests, lock } = JSON.parse(process.argv[2]);
const events = [];
const store = new DynamoStore({ table, items: createItemClient(connection) });
const running = await createCache({
  databaseUrl,
  namespace: 'test',
  store: { store, codec: createCodec({ encryption: { mode: 'off' } }), timeoutMs: 5_000 },
  report: (event) => {
    events.push(event);
    if (event.type === 'miss' && event.tier === 'L2') process.stdout.write('missed\n');
  },
  selfCheck: false,
});
const pool = new pg.Pool({ connectionString: databaseUrl });
let loads = 0;
const read = memoize(
  running.cache,
  async (id) => {
    loads++;
    const client = await pool.connect();
    try {
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
      const sql = 'SELECT tag, version::text AS version, nonce FROM cache_tag WHERE tag = ANY ($1::text[])';
      await observeSnapshot(async (tags) => (await client.query(sql, [tags])).rows);
      const { rows } = await client.query('SELECT family_name AS name FROM patient WHERE id = $1', [id]);
      await client.query('COMMIT');
      // The test holds the lock until everybody has missed.
      await client.query('SELECT pg_advisory_lock_shared($1), pg_advisory_unlock_shared($1)', [lock]);
      return rows[0];
    } finally {
      client.release();
    }
  },
  { name: 'record', tags: (id) => [uuidTag('patient')(id)] },
);

// The first requests of a client and of its connections take their time, which is not what is measured here.
await store.ping();
process.stdout.write('ready\n');
await once(createInterface({ input: process.stdin }), 'line');
const all = Array.from({ length: requests }, () => read(patientId));
const names = (await Promise.all(all)).map(({ name }) => name);
const leases = events.filter(({ type }) => type === 'lease').map(({ outcome }) => outcome);
await running.close();
await pool.end();
process.stdout.write(`${JSON.stringify({ loads, names: [...new Set(names)], leases })}\n`);
process.stdin.destroy();
