import { DaxFailure, dynamoFailure } from '../protocol/errors.js';
import { ItemCache, type Effect } from './item-cache.js';
import { Replication } from './replication.js';
import { WriteThrough } from './write-through.js';

const BOUNDS = { ttlMs: Infinity, maxBytes: 2 ** 20, now: () => 0 };
const bytes = (text: string): Buffer => Buffer.from(text);

function cluster(lagMs: number) {
  const clock = { ms: 0 };
  const replication = new Replication(lagMs, () => clock.ms);
  const nodes = [new ItemCache(BOUNDS), new ItemCache(BOUNDS)] as const;
  for (const node of nodes) replication.join(node);
  const writes = new WriteThrough(replication);
  const write = (node: ItemCache, effect: Effect, work: () => Promise<unknown> = () => Promise.resolve()) =>
    writes.run(node, ['key'], async () => ({ result: await work(), effects: new Map([['key', effect]]) }));
  const values = (): (string | undefined)[] => nodes.map((node) => node.get('key')?.toString());
  return { nodes, replication, write, values };
}

it('a read that began before a write does not put the old item over the new one', async () => {
  const { nodes, write, values } = cluster(0);
  const reading = Promise.withResolvers<Buffer>();

  const fill = nodes[1].fill('key', () => reading.promise);
  await write(nodes[0], bytes('new'));
  reading.resolve(bytes('old'));
  await fill;

  expect(values()).toEqual(['new', 'new']);
});

it('writes of one item go one after the other, in the order they came', async () => {
  const { nodes, write, values } = cluster(0);
  const order: string[] = [];
  const slow = Promise.withResolvers<void>();

  const first = write(nodes[0], bytes('first'), async () => {
    await slow.promise;
    order.push('first');
  });
  const second = write(nodes[1], bytes('second'), () => Promise.resolve(order.push('second')));
  slow.resolve();
  await Promise.all([first, second]);

  expect(order).toEqual(['first', 'second']);
  expect(values()).toEqual(['second', 'second']);
});

it('nodes that write the same item within the lag end with the last write', async () => {
  const { nodes, replication, write, values } = cluster(1_000);
  await write(nodes[0], bytes('first'));
  await write(nodes[1], bytes('second'));

  expect(values()).toEqual(['first', 'second']);
  replication.flush();

  expect(values()).toEqual(['second', 'second']);
});

it('a refused write leaves the caches alone; one that may have been done makes them forget', async () => {
  const { nodes, write, values } = cluster(0);
  await write(nodes[0], bytes('old'));
  const refusal = new DaxFailure(dynamoFailure('ConditionalCheckFailedException', 'refused'));

  await expect(write(nodes[0], bytes('new'), () => Promise.reject(refusal))).rejects.toBe(refusal);
  const afterRefusal = values();
  await expect(write(nodes[0], bytes('new'), () => Promise.reject(new Error('no answer')))).rejects.toThrow(
    'no answer',
  );

  expect(afterRefusal).toEqual(['old', 'old']);
  expect(values()).toEqual([undefined, undefined]);
});
