import { CborReader } from '../cbor/cbor-reader.js';
import { CborWriter } from '../cbor/cbor-writer.js';
import { QueryCache } from '../cache/query-cache.js';
import type { KeySchema } from '../protocol/keys.js';
import type { NodeContext } from './node-context.js';
import { scan } from './query.js';

const SCHEMA: KeySchema = [{ name: 'pk', type: 'S' }];
const CLIENT = { userAgent: '', signal: new AbortController().signal };
const ITEM_COUNT = 3;

/** A node before a table of three items, which counts what it encodes. */
function createNode(capacity?: object) {
  const counts = { encoded: 0, asked: 0 };
  const items = Array.from({ length: ITEM_COUNT }, (_, i) => ({ pk: { S: `${i}` }, n: { N: '1' } }));
  const node = {
    schemas: { get: () => Promise.resolve(SCHEMA), keyAttributes: () => new Set(['pk']) },
    queries: new QueryCache({ ttlMs: 1_000, maxBytes: 2 ** 20, now: () => 0 }),
    lists: { idOf: () => (counts.encoded++, 2) },
    dynamodb: {
      send: () => {
        counts.asked++;
        return Promise.resolve({ Items: items, Count: ITEM_COUNT, ConsumedCapacity: capacity });
      },
    },
  } as unknown as NodeContext;
  return { node, counts };
}

const scanned = (node: NodeContext): Promise<Buffer> =>
  scan(new CborReader(new CborWriter().bytes(Buffer.from('table')).null().finish()), node, CLIENT);

it('an answer is encoded once, for the client and for the cache', async () => {
  const { node, counts } = createNode();

  const answer = await scanned(node);
  const hit = await scanned(node);

  expect(hit).toEqual(answer);
  expect(counts).toEqual({ encoded: ITEM_COUNT, asked: 1 });
});

it('a hit is without the capacity of the answer that was kept, and encoded no further', async () => {
  const plain = createNode();
  const charged = createNode({ TableName: 'table', CapacityUnits: 1 });

  const withCapacity = await scanned(charged.node);
  const hit = await scanned(charged.node);

  expect(hit).toEqual(await scanned(plain.node));
  expect(withCapacity.length).toBeGreaterThan(hit.length);
  expect(charged.counts).toEqual({ encoded: ITEM_COUNT, asked: 1 });
});
