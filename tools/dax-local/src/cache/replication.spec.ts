import { jest } from '@jest/globals';
import { ItemCache } from './item-cache.js';
import { Replication } from './replication.js';

const BOUNDS = { ttlMs: Infinity, maxBytes: 2 ** 20, now: () => 0 };

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

function cluster(lagMs: number) {
  const replication = new Replication(lagMs, () => performance.now());
  const nodes = [new ItemCache(BOUNDS), new ItemCache(BOUNDS)] as const;
  for (const node of nodes) replication.join(node);
  const publish = (value: string): void => replication.publish(nodes[0], 'key', Buffer.from(value));
  const arrived = (): string | undefined => nodes[1].get('key')?.toString();
  return { replication, nodes, publish, arrived };
}

it('a shorter lag applies to what waits already, and what comes later stays behind it', () => {
  const { replication, publish, arrived } = cluster(3_600_000);
  publish('first');

  replication.setLag(20);
  publish('second');
  jest.advanceTimersByTime(19);
  const before = arrived();
  jest.advanceTimersByTime(1);

  expect([before, arrived()]).toEqual([undefined, 'second']);
});

it('a longer lag leaves what waits as it was', () => {
  const { replication, publish, arrived } = cluster(20);
  publish('first');

  replication.setLag(3_600_000);
  jest.advanceTimersByTime(20);

  expect(arrived()).toBe('first');
});

it.each([2 ** 31, Infinity])('a lag of %d ms, which no timer can take, is long and not none', (lagMs) => {
  const delays = jest.spyOn(globalThis, 'setTimeout');
  const { publish, arrived } = cluster(lagMs);
  publish('late');

  expect(delays.mock.calls.map(([, delayMs]) => delayMs)).toEqual([2 ** 31 - 1]);
  jest.advanceTimersByTime(2 ** 31 - 1);
  expect(arrived()).toBeUndefined();
  jest.advanceTimersByTime(1);
  expect(arrived()).toBe(lagMs === Infinity ? undefined : 'late');
});

it('a node that has left gets neither what waits for it nor what comes, until it joins again', () => {
  const { replication, nodes, publish, arrived } = cluster(1_000);
  publish('waits');

  replication.leave(nodes[1]);
  publish('comes');
  replication.flush();
  const meanwhile = arrived();
  replication.join(nodes[1]);
  publish('afterwards');
  replication.flush();

  expect([meanwhile, arrived()]).toEqual([undefined, 'afterwards']);
});
