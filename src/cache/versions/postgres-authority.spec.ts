import { FakeFeed } from '../../../test/support/fake-feed.js';
import { TestClock } from '../../../test/support/test-clock.js';
import { PostgresAuthority } from './postgres-authority.js';
import { collectionTag, EVERYTHING, type Tag } from './tag.js';
import type { TagVersions, Version } from './version.js';

const THINGS = collectionTag('things');
const OLDER: Version = { counter: 1, nonce: 'a' };
const NEWER: Version = { counter: 2, nonce: 'b' };
const nothing = (): void => undefined;

/** An authority whose answers beside the feed a test gives when it wants to. */
class SlowBeside extends PostgresAuthority {
  readonly beside = Promise.withResolvers<TagVersions>();

  protected override askDirectly(_tags: readonly Tag[]): Promise<TagVersions> {
    return this.beside.promise;
  }
}

function setUp({ hasFeed = true } = {}) {
  const feed = new FakeFeed();
  feed.versions.set(EVERYTHING, OLDER).set(THINGS, OLDER);
  const authority = new SlowBeside({
    connectionString: 'postgresql://127.0.0.1:1/nowhere',
    clock: new TestClock(),
    feedTimeoutMs: 600_000,
    mapCapacity: 100,
    report: { connected: nothing, lost: nothing, dropped: nothing },
    random: () => 0,
    openFeed: hasFeed ? feed.open : false,
  });
  return { feed, authority };
}

describe('PostgresAuthority.everything', () => {
  // Guards postgres-authority.ts, noting: `newerOf(this.map.everything, seen)`.
  it('an answer beside the feed that was under way before a flush does not bring the older version back', async () => {
    const { feed, authority } = setUp();
    const early = authority.lookUp([EVERYTHING, THINGS]);
    await authority.start();
    feed.commit(EVERYTHING, NEWER)();
    await authority.lookUp([EVERYTHING, THINGS]);
    authority.beside.resolve(new Map([[EVERYTHING, OLDER]]));
    await early;

    expect(authority.everything).toEqual(NEWER);
    await authority.close();
  });

  // Guards postgres-authority.ts, lookUp: `this.noting(…)` beside the feed, which a Lambda has not.
  it('without a feed it is what look-ups brought', async () => {
    const { authority } = setUp({ hasFeed: false });
    authority.beside.resolve(new Map([[EVERYTHING, NEWER]]));
    await authority.lookUp([EVERYTHING]);

    expect(authority.everything).toEqual(NEWER);
    await authority.close();
  });

  // Guards version-map.ts, update: `tag === EVERYTHING`.
  it('a flush counts although nothing was looked up since the feed began', async () => {
    const { feed, authority } = setUp();
    await authority.start();
    feed.commit(EVERYTHING, NEWER)();

    expect(authority.everything).toEqual(NEWER);
    await authority.close();
  });

  // Guards version-map.ts: `everything` outlives clear.
  it('it outlives the feed, and after a restore follows the next one', async () => {
    const { feed, authority } = setUp();
    await authority.start();
    feed.commit(EVERYTHING, NEWER)();
    feed.hangUp();
    expect(authority.everything).toEqual(NEWER);

    feed.versions.set(EVERYTHING, OLDER);
    await authority.start();
    await authority.lookUp([EVERYTHING]);
    expect(authority.everything).toEqual(OLDER);
    await authority.close();
  });
});
