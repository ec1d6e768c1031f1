import { jest } from '@jest/globals';
import { BOUND_MS, feedHarness, PATIENT, settle, V0, V1 } from '../../../test/support/feed-harness.js';

describe('VersionFeed', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  describe('rule 3: the map is trusted only while the feed is known to be fresh', () => {
    it('a look-up that was sent before LISTEN was confirmed does not exist: there is no feed to send it on', async () => {
      const { server, feed, read } = feedHarness();
      server.automatic = false;
      const started = feed.start();
      await settle();

      await expect(feed.lookUp([PATIENT])).rejects.toMatchObject({ code: 'CACHE_AUTHORITY_UNAVAILABLE' });
      expect(read()).toBeUndefined();

      server.questions[0]?.arrive();
      await started;
      expect(feed.state).toBe('live');
    });

    it('pings stop being answered: not trusted from the bound on, judged at the use', async () => {
      const { server, feed, read } = feedHarness();
      await feed.start();
      await feed.lookUp([PATIENT]);
      expect(read()).toEqual(V0);

      server.automatic = false;
      // The process is frozen: no timer runs, the clock does.
      jest.setSystemTime(Date.now() + BOUND_MS + 1);

      expect(read()).toBeUndefined();
      expect(feed.state).toBe('distrusted');
    });

    it('age counts from when the answered ping was sent, not from its answer', async () => {
      const { server, feed, read } = feedHarness();
      await feed.start();
      await feed.lookUp([PATIENT]);
      server.automatic = false;
      await jest.advanceTimersByTimeAsync(250);
      const ping = server.questions.at(-1);
      await jest.advanceTimersByTimeAsync(900);

      ping?.arrive();
      await settle();
      expect(feed.trusted).toBe(true);
      await jest.advanceTimersByTimeAsync(101);

      expect(read()).toBeUndefined();
    });

    it('a suspended machine, whose monotonic clock stood still, does not trust what it knew', async () => {
      const { feed, wall, read } = feedHarness();
      await feed.start();
      await feed.lookUp([PATIENT]);

      wall.now = 60_000;

      expect(read()).toBeUndefined();
    });

    it.each([
      ['not-listening', { listening: false }],
      ['standby', { standby: true }],
      ['backend-changed', { backend: 4711 }],
    ] as const)('a ping says %s: the feed is lost and the map empty', async (reason, overrides) => {
      const { server, feed, losses, map } = feedHarness();
      await feed.start();
      await feed.lookUp([PATIENT]);
      server.automatic = false;
      await jest.advanceTimersByTimeAsync(250);

      server.questions.at(-1)?.arrive(overrides);
      await settle();

      expect(losses).toEqual([reason]);
      expect(map.size).toBe(0);
      expect(feed.trusted).toBe(false);
    });

    it('the map does not survive a reconnect: what was missed meanwhile would stay unknown', async () => {
      const { server, feed, read } = feedHarness();
      await feed.start();
      await feed.lookUp([PATIENT]);

      server.hangUp();
      server.versions.set(PATIENT, V1);
      await jest.advanceTimersByTimeAsync(100);

      expect(server.connections).toBe(2);
      expect(feed.trusted).toBe(true);
      expect(read()).toBeUndefined();
    });

    it('a look-up in flight when the feed dies never enters the map of the next one', async () => {
      const { server, feed, read } = feedHarness();
      await feed.start();
      server.automatic = false;
      const lookUp = feed.lookUp([PATIENT]).catch(() => 'failed');
      await settle();
      const question = server.questions.at(-1);
      question?.execute();

      server.hangUp();
      server.automatic = true;
      server.versions.set(PATIENT, V1);
      await jest.advanceTimersByTimeAsync(100);
      question?.arrive();
      await settle();

      expect(await lookUp).toBe('failed');
      expect(feed.trusted).toBe(true);
      expect(read()).toBeUndefined();
    });

    it('a hung connection is declared dead soon after the bound, and another one is opened', async () => {
      const { server, feed, losses } = feedHarness();
      await feed.start();
      server.automatic = false;
      await jest.advanceTimersByTimeAsync(BOUND_MS + 500);

      expect(losses).toEqual(['unanswered']);
      server.automatic = true;
      await jest.advanceTimersByTimeAsync(100);
      expect(server.connections).toBe(2);
      expect(feed.state).toBe('live');
    });

    it('a connection that hangs while it is opened is given up, and tried again', async () => {
      const { server, feed, losses } = feedHarness();
      server.automatic = false;
      const started = feed.start();
      await jest.advanceTimersByTimeAsync(3_100);
      server.questions[0]?.arrive();
      await started;

      expect(losses).toEqual(['unanswered']);
      expect(feed.state).toBe('dead');
      expect(server.connections).toBe(2);
    });
  });

  it('close: no timer is left, and no new connection is tried', async () => {
    const { server, feed } = feedHarness();
    await feed.start();

    feed.close();

    expect(jest.getTimerCount()).toBe(0);
    expect(server.connections).toBe(1);
    expect(feed.trusted).toBe(false);
  });
});
