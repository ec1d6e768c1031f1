import { CborReader } from '../cbor/cbor-reader.js';
import { CborWriter } from '../cbor/cbor-writer.js';
import { ItemCache } from '../cache/item-cache.js';
import { Replication } from '../cache/replication.js';
import { WriteThrough } from '../cache/write-through.js';
import { encodeKey, type KeySchema } from '../protocol/keys.js';
import { batchWriteItem } from './batch-write-item.js';
import type { NodeContext } from './node-context.js';

const SCHEMA: KeySchema = [{ name: 'pk', type: 'S' }];
const KEY = { pk: { S: 'key' } };
const DELETE_KEY = new CborWriter()
  .map(1)
  .text('table')
  .array(2)
  .bytes(encodeKey(KEY, SCHEMA))
  .null()
  .null()
  .finish();

it('what DynamoDB leaves unprocessed is not tried again for a client that is gone', async () => {
  const gone = new AbortController();
  let calls = 0;
  const node = {
    schemas: { get: () => Promise.resolve(SCHEMA) },
    writes: new WriteThrough(new Replication(0, () => 0)),
    items: new ItemCache({ ttlMs: 1_000, maxBytes: 1_000, now: () => 0 }),
    dynamodb: {
      send: () => {
        calls++;
        gone.abort();
        return Promise.resolve({ UnprocessedItems: { table: [{ DeleteRequest: { Key: KEY } }] } });
      },
    },
  } as unknown as NodeContext;

  const write = batchWriteItem(new CborReader(DELETE_KEY), node, { userAgent: '', signal: gone.signal });

  await expect(write).rejects.toMatchObject({ name: 'AbortError' });
  expect(calls).toBe(1);
});
