import { jest } from '@jest/globals';
import { BOUND_MS, feedHarness, PATIENT, settle, V0, V1, V2 } from '../../../test/support/feed-harness.js';
import { uuidTag } from './tag.js';

describe('VersionFeed, look-ups and barrier', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  describe('rule 4: notifications and look-ups', () => {
    it('a notification overtakes a look-up in flight: map and request get the higher version', async () => {
      const { server, feed, read } = feedHarness();
      await feed.start();
      server.automatic = false;
      const lookUp = feed.lookUp([PATIENT]);
      await settle();
      server.questions.at(-1)?.execute();

      server.commit(PATIENT, V1)();
      server.questions.at(-1)?.arrive();

      expect((await lookUp).get(PATIENT)).toEqual(V1);
      expect(read()).toEqual(V1);
    });

    it('an old notification arrives after a look-up: the map keeps the higher version', async () => {
      const { server, feed, read } = feedHarness();
      await feed.start();
      const notifyLate = server.commit(PATIENT, V1);
      server.commit(PATIENT, V2);
      await feed.lookUp([PATIENT]);

      notifyLate();

      expect(read()).toEqual(V2);
    });

    it('a tag is evicted while its look-up is in flight: what was notified meanwhile is not forgotten', async () => {
      const { server, feed, map, read } = feedHarness({ capacity: 1 });
      await feed.start();
      map.learn(PATIENT, V0);
      server.automatic = false;
      const lookUp = feed.lookUp([PATIENT]);
      await settle();
      server.questions.at(-1)?.execute();
      server.commit(PATIENT, V1)();

      map.learn(uuidTag('user')('7b1d4a52-8f0e-4c3b-9a57-2f8e6c1d0b34'), V0);
      expect(map.get(PATIENT)).toBeUndefined();
      server.questions.at(-1)?.arrive();
      await lookUp;

      expect(read()).toEqual(V1);
    });

    it('"drop your map" while a look-up is in flight: its answer does not enter', async () => {
      const { server, feed, read } = feedHarness();
      await feed.start();
      server.automatic = false;
      const lookUp = feed.lookUp([PATIENT]);
      await settle();
      server.questions.at(-1)?.execute();

      server.versions.set(PATIENT, V1);
      server.notify('*');
      server.questions.at(-1)?.arrive();
      await lookUp;

      expect(read()).toBeUndefined();
    });

    it.each(['', 'nonsense', '2.bbbbbb', 'x.y patient:1', '2.bbbbbb Patient:7B1D'])(
      'a payload that cannot be read drops the map: %p',
      async (payload) => {
        const { server, feed, map } = feedHarness();
        await feed.start();
        await feed.lookUp([PATIENT]);

        server.notify(payload);

        expect(map.size).toBe(0);
      },
    );
  });

  describe('rule 5: the barrier', () => {
    it('it waits for a round trip that is sent after it was called, not for one in flight', async () => {
      const { server, feed, read } = feedHarness();
      await feed.start();
      await feed.lookUp([PATIENT]);
      server.automatic = false;
      const earlier = feed.lookUp([PATIENT]);
      await settle();
      const inFlight = server.questions.at(-1);
      inFlight?.execute();
      const notify = server.commit(PATIENT, V1);
      let passed = false;
      const barrier = feed.barrier([]).then(() => (passed = true));

      inFlight?.arrive();
      await earlier;
      await settle();
      expect(passed).toBe(false);

      notify();
      server.questions.at(-1)?.arrive();
      await barrier;
      expect(read()).toEqual(V1);
    });

    it('the feed cannot answer: the whole map is dropped and look-ups in flight are barred', async () => {
      const { server, feed, map } = feedHarness();
      await feed.start();
      await feed.lookUp([PATIENT]);
      server.automatic = false;
      const lookUp = feed.lookUp([PATIENT]).catch(() => 'failed');
      await settle();
      server.questions.at(-1)?.execute();
      server.commit(PATIENT, V1);
      const barrier = feed.barrier([]);

      await jest.advanceTimersByTimeAsync(BOUND_MS + 600);
      await barrier;
      server.questions.find(({ tags }) => tags.includes(PATIENT))?.arrive();
      await settle();

      expect(await lookUp).toBe('failed');
      expect(map.size).toBe(0);
    });

    it('the feed is not fresh: the barrier drops the map at once', async () => {
      const { feed, map, wall, losses } = feedHarness();
      await feed.start();
      await feed.lookUp([PATIENT]);
      wall.now = BOUND_MS + 1;

      await feed.barrier([]);

      expect(map.size).toBe(0);
      expect(losses).toEqual(['barrier-failed']);
    });
  });

  describe('rule 6: a request joins only a look-up that is not yet sent', () => {
    it('requests that come while one is in flight share the next one', async () => {
      const { server, feed } = feedHarness();
      await feed.start();
      server.automatic = false;
      const first = feed.lookUp([PATIENT]);
      await settle();
      server.questions.at(-1)?.execute();
      server.versions.set(PATIENT, V1);
      const later = [feed.lookUp([PATIENT]), feed.lookUp([PATIENT])];
      const before = server.questions.length;

      server.questions.at(-1)?.arrive();
      await first;
      await settle();
      expect(server.questions.length).toBe(before + 1);
      server.questions.at(-1)?.arrive();

      expect((await first).get(PATIENT)).toEqual(V0);
      for (const versions of await Promise.all(later)) expect(versions.get(PATIENT)).toEqual(V1);
    });
  });
});
