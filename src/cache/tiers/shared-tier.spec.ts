import { createCodec } from '../codec/create-codec.js';
import type { Codec } from '../codec/codec.js';
import { CacheError } from '../base/errors.js';
import type { CacheEvent } from '../base/events.js';
import { GuardedStore } from './guarded-store.js';
import type { SharedKey } from './envelope.js';
import { SharedTier } from './shared-tier.js';
import type { StoredEntry } from '../stores/contract/cache-store.js';
import { MemoryStore } from '../stores/memory/memory-store.js';
import { OTHER, version } from '../../../test/support/cache-authority.js';
import { StoreDouble } from '../../../test/support/cache-store-double.js';
import { TestClock } from '../../../test/support/test-clock.js';

const keyOf = (partition: string, versions: string) => ({ entry: { partition, versions }, args: undefined });
const KEY: SharedKey = keyOf('test:record#1', 'patient@1.n1');
const NEIGHBOUR: SharedKey = keyOf('test:record#2', 'patient@1.n1');
const LATER: SharedKey = keyOf('test:record#1', 'patient@2.n2');

/** A JSON text whose every part means something: no damage of it is without consequence. */
const BODY = Buffer.from(JSON.stringify({ result: '120', unit: 'mmHg' }));

function tier(codec: Codec = createCodec({ encryption: { mode: 'off' } })) {
  const clock = new TestClock();
  const store = new StoreDouble(new MemoryStore({ maxBytes: 1_000_000, clock }));
  const events: CacheEvent[] = [];
  const report = (event: CacheEvent): void => void events.push(event);
  const shared = new SharedTier(new GuardedStore({ store, timeoutMs: 5_000, report }), codec, report);
  const entry = (content = BODY) => ({
    isAbsence: false,
    everything: '1.aa',
    dependencies: new Map([[OTHER, version(3)]]),
    loadMs: 7,
    content,
    size: content.length,
    createdAtMs: clock.now(),
    expiresAtMs: clock.now() + 60_000,
  });
  const read = (key = KEY) => shared.read(key, { name: 'record' });
  const defects = () => events.flatMap((event) => (event.type === 'defect' ? [event.reason] : []));
  return { clock, store, events, shared, entry, read, defects };
}

describe('SharedTier', () => {
  // Guards envelope.ts: every field of the head.
  it('what is written is read, with all that is said beside it', async () => {
    const { shared, entry, read } = tier();
    await shared.write(KEY, entry(), 'record');

    expect(await read()).toEqual(entry());
  });

  it.each([
    // Guards envelope.ts, unpackEnvelope: the checksum.
    ['a flipped bit', 'checksum', flipBit],
    ['cut off at the end', 'checksum', ({ bytes }: StoredEntry) => bytes.subarray(0, -3)],
    // Guards envelope.ts, checksumOf: the key is part of it.
    ['cut off in its head', 'malformed', ({ bytes }: StoredEntry) => bytes.subarray(0, 4)],
    // Guards compression.ts, unpack, whose DecodeError is counted by its fault.
    ['an unknown format byte', 'unknown-format', ({ bytes }: StoredEntry) => Buffer.from([99, ...bytes])],
    ['nothing', 'empty', () => Buffer.alloc(0)],
    // Guards create-codec.ts, assertBytes.
    ['a text', 'malformed', ({ bytes }: StoredEntry) => bytes.toString('latin1')],
    ['no bytes at all', 'malformed', () => undefined],
  ])('the bytes are %s: a miss, counted as %s', async (_, reason, damage) => {
    const { shared, entry, read, store, defects } = tier();
    await shared.write(KEY, entry(), 'record');
    store.distort = (stored) => ({ ...stored, bytes: damage(stored) });

    expect(await read()).toBeUndefined();
    expect(defects()).toEqual([reason]);
  });

  // Guards envelope.ts, unpackEnvelope: `bytes.readUInt32BE() !== checksumOf(…)`, for every bit there is.
  it('any one bit of it is flipped: never read', async () => {
    const { shared, entry, read, store } = tier();
    await shared.write(KEY, entry(), 'record');
    let length = 0;
    store.distort = (stored) => ((length = stored.bytes.length), stored);
    await read();
    for (let bit = 8; bit < length * 8; bit++) {
      store.distort = (stored) => {
        const bytes = Buffer.from(stored.bytes);
        bytes.writeUInt8(bytes.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
        return { ...stored, bytes };
      };
      expect(await read()).toBeUndefined();
    }
  });

  // Guards envelope.ts, checksumOf: the key is part of it.
  it.each([
    ['another row', NEIGHBOUR],
    ['the same arguments under other versions', LATER],
  ])('the bytes are those of %s: a miss', async (_, elsewhere) => {
    const { shared, entry, read, store, defects } = tier();
    await shared.write(elsewhere, entry(), 'record');
    const [found] = await store.read([elsewhere.entry]);
    await shared.write(KEY, entry(), 'record');
    store.distort = (stored) => ({ ...stored, bytes: found?.entry?.bytes });

    expect(await read()).toBeUndefined();
    expect(defects()).toEqual(['checksum']);
  });

  // Guards shared-tier.ts, decode: `isTime`.
  it.each([
    ['createdAtMs', 'yesterday'],
    ['createdAtMs', Number.NaN],
    ['expiresAtMs', undefined],
    ['expiresAtMs', { N: '1' }],
  ])('its %s is %p: a miss, counted as malformed', async (field, value) => {
    const { shared, entry, read, store, defects } = tier();
    await shared.write(KEY, entry(), 'record');
    store.distort = (stored) => ({ ...stored, [field]: value });

    expect(await read()).toBeUndefined();
    expect(defects()).toEqual(['malformed']);
  });

  // Guards shared-tier.ts, decode: everything that touches what a store gave is in the try.
  it.each([null, 5, 'entry', []])('what the store gives for an entry is %p: a miss', async (garbage) => {
    const { shared, entry, read, store, defects } = tier();
    await shared.write(KEY, entry(), 'record');
    store.distort = () => garbage;

    expect(await read()).toBeUndefined();
    expect(await shared.newest(KEY, 'record')).toBeUndefined();
    expect(defects()).toEqual(['malformed', 'malformed']);
  });

  // Guards shared-tier.ts, inspectOne: the store's own defects are counted too.
  it('expired and not yet deleted: a miss, counted as expired', async () => {
    const { shared, entry, read, clock, defects } = tier();
    await shared.write(KEY, entry(), 'record');
    clock.advance(60_000);

    expect(await read()).toBeUndefined();
    expect(defects()).toEqual(['expired']);
  });

  // Guards envelope.ts, unpackEnvelope: `args !== key.args`. Two long arguments may have one hash.
  it('the key has only a hash, and the full arguments are others: a miss', async () => {
    const { shared, entry, read, defects } = tier();
    await shared.write({ ...KEY, args: '["a"]' }, entry(), 'record');

    expect(await read({ ...KEY, args: '["b"]' })).toBeUndefined();
    expect(await read({ ...KEY, args: '["a"]' })).toBeDefined();
    expect(defects()).toEqual(['arguments']);
  });

  // Guards shared-tier.ts, encode: the catch, and the code.
  it('an entry cannot be encoded: told with its code, and not thrown', async () => {
    const refusing: Codec = {
      encode: () => Promise.reject(new CacheError('CACHE_ENCRYPTION_FAULT', 'made by a test')),
      decode: (bytes) => Promise.resolve(bytes),
    };
    const { shared, entry, events, store } = tier(refusing);
    await shared.write(KEY, entry(), 'record');

    expect(events).toEqual([{ type: 'store-fault', operation: 'write', code: 'CACHE_ENCRYPTION_FAULT' }]);
    expect(store.calls).toEqual([]);
  });

  // Guards shared-tier.ts, decode: the catch takes every error, also of a codec that keeps no contract.
  it('a codec that throws something else: a miss, counted as malformed', async () => {
    const broken: Codec = {
      encode: (value) => Promise.resolve(value),
      decode: () => Promise.reject(new RangeError('out of range')),
    };
    const { shared, entry, read, defects } = tier(broken);
    await shared.write(KEY, entry(), 'record');

    expect(await read()).toBeUndefined();
    expect(defects()).toEqual(['malformed']);
  });
});

/** In the middle of the body, where JSON stays JSON. */
function flipBit({ bytes }: StoredEntry): Buffer {
  const copy = Buffer.from(bytes);
  const at = copy.indexOf('120');
  copy.write('121', at);
  return copy;
}
