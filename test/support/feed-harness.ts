import { jest } from '@jest/globals';
import { FakeFeed } from './fake-feed.js';
import { uuidTag } from '../../src/cache/versions/tag.js';
import type { Version } from '../../src/cache/versions/version.js';
import { VersionFeed } from '../../src/cache/versions/version-feed.js';
import type { FeedLoss } from '../../src/cache/base/events.js';
import { VersionMap } from '../../src/cache/versions/version-map.js';

export const BOUND_MS = 1_000;
export const PATIENT = uuidTag('patient')('7b1d4a52-8f0e-4c3b-9a57-2f8e6c1d0b34');
export const V0: Version = { counter: 1, nonce: 'aaaaaa' };
export const V1: Version = { counter: 2, nonce: 'bbbbbb' };
export const V2: Version = { counter: 3, nonce: 'cccccc' };

/** What a bounded read would use: the map, where it may be trusted. */
export function feedHarness({ capacity = 100 } = {}) {
  const server = new FakeFeed();
  const map = new VersionMap(capacity);
  const losses: FeedLoss[] = [];
  const wall = { now: 0 };
  const feed = new VersionFeed({
    open: server.open,
    map,
    clock: { now: () => Date.now() + wall.now, elapsed: () => performance.now() },
    timeoutMs: BOUND_MS,
    random: () => 0.5,
    report: { connected: () => undefined, lost: (reason) => losses.push(reason), dropped: () => undefined },
  });
  server.versions.set(PATIENT, V0);
  return { server, map, losses, wall, feed, read: () => (feed.trusted ? map.get(PATIENT) : undefined) };
}

/** Lets everything run that is ready, without time passing. */
export const settle = () => jest.advanceTimersByTimeAsync(0);
