import type { Edit, Mutation } from './mutation.js';
import {
  frozen,
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

/** Rules about the feed, look-ups and the barrier. */
export const FEED_MUTATIONS: readonly Mutation[] = [
  {
    rule: 3,
    without: 'any check of the feed',
    consistency: 'bounded',
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
    scenario: frozen,
    edits: [FLAG],
  },
  {
    rule: 3,
    without: 'the age from when the ping was sent: it counts from the answer',
    consistency: 'bounded',
    scenario: slowAnswer,
    edits: [{ file: FEED, find: 'this.provedAt = sentAt;', replace: 'this.provedAt = this.moment();' }],
  },
  {
    rule: 3,
    without: 'the monotonic clock: the age is taken on the wall clock',
    consistency: 'bounded',
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
    without: 'emptying the map: it survives a reconnect',
    consistency: 'bounded',
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
    scenario: notificationDuringLookUp,
    edits: [{ file: ROUND_TRIPS, find: 'if (this.inFlight?.tags.has(tag) === true)', replace: 'if (false)' }],
  },
  {
    rule: 4,
    without: 'barring look-ups in flight when the map is dropped',
    consistency: 'bounded',
    scenario: dropDuringLookUp,
    edits: [{ file: ROUND_TRIPS, find: 'this.inFlight.barred = true;', replace: ';' }],
  },
  {
    rule: 5,
    without: 'the barrier (and the look-up for Cache-Versions, which happens to wait as well)',
    consistency: 'bounded',
    scenario: ownWriteHungFeed,
    edits: [
      {
        file: 'cache/http/write-barrier.js',
        find: 'void this.runtime.authority.barrier().then(',
        replace: 'void Promise.resolve().then(',
      },
      {
        file: 'cache/http/write-barrier.js',
        find: 'await this.tellVersions(tagsOf, request, reply, response);',
        replace: '',
      },
    ],
  },
];
