import { setImmediate as turn } from 'node:timers/promises';
import type { CacheCall } from './cache-call.js';
import type { CacheEvent } from '../base/events.js';
import type { Entry } from '../tiers/entry.js';
import { jsonSerializer } from '../base/serializer.js';
import { observeSnapshot } from './snapshot.js';
import { EVERYTHING, uuidTag, type Tag } from '../versions/tag.js';
import type { TagVersions, Version } from '../versions/version.js';
import type { VersionAuthority } from '../versions/version-authority.js';
import { SelfCheck, type SelfCheckOptions } from './self-check.js';

const PATIENT = uuidTag('patient')('7b1d4a52-8f0e-4c3b-9a57-2f8e6c1d0b34');
const OTHER = uuidTag('patient')('00000000-0000-4000-8000-000000000000');
const V1: Version = { counter: 1, nonce: 'aaaaaa' };
const V2: Version = { counter: 2, nonce: 'bbbbbb' };

/** An origin with versions, and a check that looks at every hit unless `options` say otherwise. */
function harness(options: Partial<SelfCheckOptions> = {}) {
  const time = { ms: 0 };
  const origin = { value: 'old' as unknown, fails: false };
  const versions = new Map<Tag, Version>([
    [EVERYTHING, V1],
    [PATIENT, V1],
  ]);
  const now = (tags: readonly Tag[]): TagVersions =>
    new Map(tags.flatMap((tag): [Tag, Version][] => [[tag, versions.get(tag) ?? V1]]));
  const events: CacheEvent[] = [];
  const loads: (string | undefined)[] = [];
  const check = new SelfCheck({
    authority: { lookUp: (tags) => Promise.resolve(now(tags)) } as VersionAuthority,
    clock: { now: () => time.ms, elapsed: () => time.ms },
    report: (event) => events.push(event),
    oneIn: 1,
    settleMs: 0,
    ...options,
  });
  const load = async (again?: 'again'): Promise<unknown> => {
    loads.push(again);
    if (origin.fails) throw new Error('down');
    await observeSnapshot((tags) =>
      Promise.resolve(
        [...now(tags as readonly Tag[])].map(([tag, { counter, nonce }]) => ({
          tag,
          version: `${counter}`,
          nonce,
        })),
      ),
    );
    return origin.value;
  };
  const hit = (
    cached: unknown = 'old',
    call: Partial<CacheCall<unknown>> = {},
    ofEntry: TagVersions = now([EVERYTHING, PATIENT]),
  ) => check.hit({ ...CALL, ...call }, ofEntry, entryOf(cached), load);
  /** What came of the checks: of `wanted` at least, else of those that need no time. */
  const outcomes = async (wanted = 0) => {
    for (let i = 0; i < 20 || events.length < wanted; i++) await turn();
    return events.map((event) => (event.type === 'checked' ? event.outcome : event.type));
  };
  return { time, origin, versions, check, hit, loads, load, outcomes, events };
}

const CALL: CacheCall<unknown> = {
  name: 'record',
  args: '[]',
  tags: [EVERYTHING, PATIENT],
  consistency: 'bounded',
  ttlMs: 1_000,
  negativeTtlMs: 1_000,
  staleIfErrorMs: 0,
  snapshot: true,
  serializer: jsonSerializer,
};

function entryOf(value: unknown): Entry {
  const content = jsonSerializer.serialize(value);
  return {
    content,
    size: content.length,
    isAbsence: false,
    everything: '1.aaaaaa',
    dependencies: new Map(),
    createdAtMs: 0,
    expiresAtMs: 1_000,
    loadMs: 1,
  };
}

describe('SelfCheck', () => {
  it('a hit that says what the origin says is consistent, and the loader knows that it reads again', async () => {
    const { hit, loads, outcomes, events } = harness();
    hit();

    expect(await outcomes()).toEqual(['consistent']);
    expect(loads).toEqual(['again']);
    expect(events).toEqual([{ type: 'checked', name: 'record', outcome: 'consistent' }]);
  });

  it('a hit that says something else under the same versions is inconsistent, and no event tells what', async () => {
    const { origin, hit, outcomes, events } = harness();
    origin.value = 'new';
    hit('old');

    expect(await outcomes()).toEqual(['inconsistent']);
    expect(JSON.stringify(events)).not.toMatch(/old|new|7b1d4a52/);
  });

  it('an entry whose versions are gone is not compared', async () => {
    const { origin, versions, hit, loads, outcomes } = harness();
    const ofEntry = new Map(versions);
    versions.set(PATIENT, V2);
    origin.value = 'new';
    hit('old', {}, ofEntry);

    expect(await outcomes()).toEqual(['changed']);
    expect(loads).toEqual([]);
  });

  it('a change between look-up and load says nothing', async () => {
    const { origin, versions, check, load, outcomes } = harness();
    const ofEntry = new Map(versions);
    check.hit(CALL, ofEntry, entryOf('old'), (again) => {
      versions.set(PATIENT, V2);
      origin.value = 'new';
      return load(again);
    });

    expect(await outcomes()).toEqual(['changed']);
  });

  it('a loader without snapshots: a difference whose bump comes later says nothing; one without a bump counts', async () => {
    const late = harness();
    const ofEntry = new Map(late.versions);
    const plain = { ...CALL, snapshot: false };
    late.check.hit(plain, ofEntry, entryOf('old'), () => {
      late.versions.set(PATIENT, V2);
      return Promise.resolve('new');
    });
    const never = harness();
    never.check.hit(plain, ofEntry, entryOf('old'), () => Promise.resolve('new'));

    expect(await late.outcomes(1)).toEqual(['changed']);
    expect(await never.outcomes(1)).toEqual(['inconsistent']);
  });

  it('an entry is only compared under the versions of what it depends on besides its key', async () => {
    const { versions, check, load, outcomes } = harness();
    const entry = { ...entryOf('old'), dependencies: new Map([[OTHER, V2]]) };
    check.hit(CALL, new Map(versions), entry, load);

    expect(await outcomes()).toEqual(['changed']);
  });

  it('an origin that is down is no inconsistency', async () => {
    const { origin, hit, outcomes } = harness();
    origin.fails = true;
    hit();

    expect(await outcomes()).toEqual(['failed']);
  });

  it('compares as the call says, where it says how', async () => {
    const { origin, hit, outcomes } = harness();
    origin.value = { etag: 'same', at: 2 };
    hit({ etag: 'same', at: 1 }, { isSame: (one, other) => etag(one) === etag(other) });

    expect(await outcomes()).toEqual(['consistent']);
  });

  it('what expires by time only is never checked', async () => {
    const { hit, outcomes } = harness();
    hit('old', { consistency: 'ttl' });

    expect(await outcomes()).toEqual([]);
  });

  it('one hit in a thousand is checked', async () => {
    const { hit, time, loads, outcomes } = harness({ oneIn: 1_000 });
    for (let i = 0; i < 3_500; i++) {
      hit();
      time.ms += 1_000;
      if (i % 50 === 49) await outcomes();
    }

    expect(loads).toHaveLength(3);
  });

  it('after a bump the first hit of that tag is checked, once, and no other', async () => {
    const { check, hit, time, loads, outcomes } = harness({ oneIn: 1_000 });
    hit();
    check.bumped(OTHER);
    hit();
    await outcomes();
    expect(loads).toHaveLength(0);

    check.bumped(PATIENT);
    hit();
    await outcomes();
    time.ms += 10_000;
    hit();
    await outcomes();
    expect(loads).toHaveLength(1);
  });

  it('one at a time, and no more than five a second; what was bumped meanwhile is checked later', async () => {
    const { check, hit, time, loads, outcomes } = harness();
    hit();
    hit();
    expect(loads).toHaveLength(0);
    await outcomes();
    time.ms += 199;
    hit();
    await outcomes();
    expect(loads).toHaveLength(1);

    check.bumped(PATIENT);
    time.ms += 1;
    hit();
    await outcomes();
    expect(loads).toHaveLength(2);
  });

  it('what was bumped while a check runs is checked after it', async () => {
    const { versions, check, hit, time, loads, outcomes } = harness({ oneIn: 1_000_000 });
    const gate = Promise.withResolvers<unknown>();
    check.bumped(PATIENT);
    check.hit(CALL, new Map(versions), entryOf('old'), () => gate.promise);
    time.ms += 1_000;
    check.bumped(PATIENT);
    hit();
    gate.resolve('old');
    await outcomes();
    expect(loads).toHaveLength(0);

    time.ms += 1_000;
    hit();
    await outcomes();
    expect(loads).toHaveLength(1);
  });

  it('remembers a thousand bumped tags and forgets the oldest', async () => {
    const { check, hit, loads, outcomes } = harness({ oneIn: 1_000_000 });
    check.bumped(PATIENT);
    for (let i = 0; i < 1_000; i++) check.bumped(`tag${i}` as Tag);
    hit();
    await outcomes();

    expect(loads).toEqual([]);
  });

  it('close: waits for nothing, reports nothing more, and checks nothing more', async () => {
    const { check, hit, time, loads, origin, outcomes } = harness({ settleMs: 60_000 });
    origin.value = 'new';
    hit('old', { snapshot: false });
    await outcomes();
    await check.close();
    time.ms += 10_000;
    hit();

    expect(await outcomes()).toEqual([]);
    expect(loads).toHaveLength(1);
  });
});

function etag(value: unknown): string {
  return (value as { etag: string }).etag;
}
