import type { Edit, Mutation } from './mutation.js';
import {
  frozen,
  handedOver,
  hungFeed,
  hungFeedClockSetBack,
  listenLost,
  ownWriteHungFeed,
  reconnect,
  slowAnswer,
} from './scenarios/feed-scenarios.js';
import { dropDuringLookUp, notificationDuringLookUp } from './scenarios/look-up-scenarios.js';

const FEED = 'cache/versions/version-feed.js';
const ROUND_TRIPS = 'cache/versions/round-trips.js';

/** Health as a flag: true as long as there is a connection. */
const FLAG: Edit = {
  file: FEED,
  find: 'return this.epoch !== undefined && this.age(this.provedAt) <= this.options.timeoutMs;',
  replace: 'return this.epoch !== undefined;',
};

/**
 * A pooler in front of the server, as long as there is a table `freshness_pooler_<instance>`: it takes the session away, whose
 * notifications are lost, and hands out another one when the table has gone. That one listens, too.
 */
const POOLER: readonly Edit[] = [
  {
    file: 'cache/versions/postgres-feed-session.js',
    find: 'const session = {',
    replace: `let current = client;
        const held = async (one) => (await one.query(
            "SELECT to_regclass('freshness_pooler_' || current_setting('careline.instance')) AS at")).rows[0].at !== null;
        const handOver = async () => {
            const [deliver] = client.listeners('notification');
            client.removeAllListeners('notification');
            const other = new pg.Client({ connectionString, application_name: 'freshness-pooler' });
            other.on('error', () => undefined).on('notification', deliver);
            await other.connect();
            while (await held(other));
            await other.query(LISTEN);
            current = other;
        };
        const session = {`,
  },
  {
    file: 'cache/versions/postgres-feed-session.js',
    find: 'ask: async (tags) => toFeedAnswer((await client.query(',
    replace: `ask: async (tags) => (current === client && (await held(client)) && (await handOver()), 0) || toFeedAnswer((await current.query(`,
  },
];

/** Rules about the feed, look-ups and the barrier. */
export const FEED_MUTATIONS: readonly Mutation[] = [
  {
    rule: 3,
    without: 'any check of the feed',
    consistency: 'bounded',
    expects: 'bounded',
    scenario: hungFeed,
    edits: [
      FLAG,
      {
        file: FEED,
        find: 'else if (this.age(this.askedAt) > this.options.timeoutMs)',
        replace: 'else if (false)',
      },
    ],
  },
  {
    rule: 3,
    without: 'judging at each use: a timer clears a flag',
    consistency: 'bounded',
    expects: 'bounded',
    scenario: frozen,
    edits: [FLAG],
  },
  {
    rule: 3,
    without: 'the age from when the ping was sent: it counts from the answer',
    consistency: 'bounded',
    expects: 'bounded',
    scenario: slowAnswer,
    edits: [{ file: FEED, find: 'this.provedAt = sentAt;', replace: 'this.provedAt = this.moment();' }],
  },
  {
    rule: 3,
    without: 'the monotonic clock: the age is taken on the wall clock',
    consistency: 'bounded',
    expects: 'bounded',
    scenario: hungFeedClockSetBack,
    edits: [
      {
        file: FEED,
        find: 'return Math.max(elapsed - since.elapsed, now - since.now);',
        replace: 'return now - since.now + 0 * elapsed;',
      },
    ],
  },
  {
    rule: 3,
    without: 'the check that the session listens',
    consistency: 'bounded',
    expects: 'bounded',
    scenario: listenLost,
    edits: [
      {
        file: FEED,
        find: "return answer.listening ? undefined : 'not-listening';",
        replace: 'return undefined;',
      },
    ],
  },
  {
    rule: 3,
    without: 'the check that the session is the same',
    consistency: 'bounded',
    expects: 'bounded',
    scenario: handedOver,
    fixture: POOLER,
    edits: [
      {
        file: FEED,
        find: 'if (answer.backend !== backend)',
        replace: 'if (false)',
      },
    ],
  },
  {
    rule: 3,
    without: 'emptying the map: it survives a reconnect',
    consistency: 'bounded',
    expects: 'bounded',
    scenario: reconnect,
    edits: [
      {
        file: FEED,
        find: 'begin(epoch) {\n        this.options.map.clear();',
        replace: 'begin(epoch) {',
      },
      {
        file: FEED,
        find: 'this.provedAt = NEVER;\n            this.options.map.clear();',
        replace: 'this.provedAt = NEVER;',
      },
    ],
  },
  {
    rule: 4,
    without: 'keeping the higher counter: notifications during a look-up are dropped',
    consistency: 'bounded',
    expects: 'bounded',
    scenario: notificationDuringLookUp,
    edits: [{ file: ROUND_TRIPS, find: 'if (this.inFlight?.tags.has(tag) === true)', replace: 'if (false)' }],
  },
  {
    rule: 4,
    without: 'keeping it for a tag that is not in the map: only what is there hears its notifications',
    consistency: 'bounded',
    expects: 'bounded',
    scenario: notificationDuringLookUp,
    edits: [
      {
        file: FEED,
        find: 'epoch.roundTrips.hear(notification.tag, notification.version);',
        replace:
          'if (this.options.map.get(notification.tag) !== undefined) epoch.roundTrips.hear(notification.tag, notification.version);',
      },
    ],
  },
  {
    rule: 4,
    without: 'barring look-ups in flight when the map is dropped',
    consistency: 'bounded',
    expects: 'bounded',
    scenario: dropDuringLookUp,
    edits: [{ file: ROUND_TRIPS, find: 'this.inFlight.barred = true;', replace: ';' }],
  },
  {
    rule: 5,
    without: 'the barrier, also the one that brings Cache-Versions',
    consistency: 'bounded',
    expects: 'own-write',
    scenario: ownWriteHungFeed,
    edits: [
      {
        file: 'cache/http/write-barrier.js',
        find: 'void this.runtime.authority.barrier().then(',
        replace: 'void Promise.resolve().then(',
      },
      {
        file: 'cache/http/write-barrier.js',
        find: 'await this.announce(tagsOf, request, reply, response);',
        replace: 'false;',
      },
    ],
  },
];
