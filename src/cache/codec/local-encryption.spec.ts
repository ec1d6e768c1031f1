import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import type { EntryKey } from '../keys/entry-key.js';
import type { Codec } from './codec.js';
import { createCodec } from './create-codec.js';
import { DecodeError } from './decode-error.js';
import type { LocalKey } from './encryption-options.js';

const key: EntryKey = { partition: 'ns:patient#=["7b1d"]', versions: '*@1.a patient:7b1d@17.9f3ac1' };
const local = (...keys: LocalKey[]): Codec => createCodec({ encryption: { mode: 'local', keys } });
const k1: LocalKey = { id: 'k1', secret: 'a secret of more than 32 characters' };
const k2: LocalKey = { id: 'k2', secret: 'another secret, more than 32 characters' };

const codec = local(k1);
const off = createCodec({ encryption: { mode: 'off' } });

/** What decoding comes to: the fault; `value` when there is none. */
async function outcome(by: Codec, bytes: Buffer, at = key): Promise<string> {
  try {
    await by.decode(bytes, at);
    return 'value';
  } catch (error) {
    if (error instanceof DecodeError) return error.fault;
    throw error;
  }
}

const values = fc.oneof(
  fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes)),
  fc
    .tuple(fc.uint8Array({ minLength: 1, maxLength: 30 }), fc.integer({ min: 900, max: 20_000 }))
    .map(([seed, length]) => Buffer.alloc(length, seed)),
);
const keys = fc.record({
  partition: fc.string({ unit: 'grapheme', maxLength: 300 }),
  versions: fc.string({ unit: 'grapheme', maxLength: 300 }),
});

describe('a codec', () => {
  it.each([
    ['off', off],
    ['local', codec],
  ])('with encryption %s, decodes what it encoded, for any value and key', async (_mode, by) => {
    await fc.assert(
      fc.asyncProperty(values, keys, async (value, at) => {
        expect((await by.decode(await by.encode(value, at), at)).equals(value)).toBe(true);
      }),
    );
  });

  it.each([
    ['off', off],
    ['local', codec],
  ])('with encryption %s, fails with a DecodeError for anything that is no bytes', async (_mode, by) => {
    for (const wrong of [undefined, null, 'text', 17, [1, 2], { type: 'Buffer', data: [1] }]) {
      expect(await outcome(by, wrong as unknown as Buffer)).toBe('malformed');
    }
    expect(await outcome(by, Buffer.alloc(0))).toBe('empty');
    expect(await outcome(by, Buffer.from([9, 1, 2, 3]))).toBe('unknown-format');
  });

  it('without encryption, makes a value or a DecodeError of any mutation', async () => {
    const flip = fc.tuple(values, fc.nat(), fc.integer({ min: 1, max: 255 }));
    await fc.assert(
      fc.asyncProperty(flip, async ([value, at, mask]) => {
        const bytes = await off.encode(value, key);
        bytes[at % bytes.length]! ^= mask;
        await outcome(off, bytes);
      }),
    );
  });

  it('without encryption, does not know the key of an encrypted entry', async () => {
    expect(await outcome(off, await codec.encode(Buffer.from('x'), key))).toBe('unknown-key');
  });
});

describe('an encrypting codec', () => {
  const value = Buffer.from(JSON.stringify({ givenName: 'Ana', exams: Array.from({ length: 100 }, String) }));

  it('hides the value', async () => {
    const bytes = await codec.encode(Buffer.from('Ana Sousa'), key);
    expect(bytes.includes('Ana')).toBe(false);
    expect(bytes.includes('7b1d')).toBe(false);
  });

  it('adds less than 350 bytes', async () => {
    const bytes = await codec.encode(value, key);
    expect(bytes.length - (await off.encode(value, key)).length).toBeLessThan(350);
  });

  it('makes other bytes each time', async () => {
    expect((await codec.encode(value, key)).equals(await codec.encode(value, key))).toBe(false);
  });

  it('refuses each flipped byte', async () => {
    const bytes = await codec.encode(Buffer.from('a short value'), key);
    for (let at = 0; at < bytes.length; at++) {
      for (const mask of [0x01, 0x80, 0xff]) {
        const flipped = Buffer.from(bytes);
        flipped[at]! ^= mask;
        expect([at, await outcome(codec, flipped)]).not.toEqual([at, 'value']);
      }
    }
  });

  it('refuses each truncation', async () => {
    const bytes = await codec.encode(Buffer.from('a short value'), key);
    for (let end = 0; end < bytes.length; end++) {
      expect([end, await outcome(codec, bytes.subarray(0, end))]).toEqual([
        end,
        end === 0 ? 'empty' : 'decryption',
      ]);
    }
  });

  it('refuses any bytes behind the end', async () => {
    const bytes = await codec.encode(value, key);
    const more = fc.uint8Array({ minLength: 1, maxLength: 5_000 });
    await fc.assert(
      fc.asyncProperty(more, async (extension) => {
        expect(await outcome(codec, Buffer.concat([bytes, extension]))).toBe('decryption');
      }),
    );
    expect(await outcome(codec, Buffer.concat([bytes, bytes]))).toBe('decryption');
  });

  it('refuses what stood in another row', async () => {
    const bytes = await codec.encode(value, key);
    await fc.assert(
      fc.asyncProperty(keys, async (other) => {
        expect(await outcome(codec, bytes, other)).toBe('decryption');
      }),
    );
    expect(await outcome(codec, bytes, { ...key, versions: '*@1.a patient:7b1d@18.9f3ac1' })).toBe(
      'decryption',
    );
    const moved = { partition: key.partition + key.versions.slice(0, 1), versions: key.versions.slice(1) };
    expect(await outcome(codec, bytes, moved)).toBe('decryption');
  });

  it('refuses an entry in the clear: who can write to the store could put one there', async () => {
    expect(await outcome(codec, await off.encode(value, key))).toBe('unknown-format');
  });

  it('refuses any other bytes, with a DecodeError', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 600 }), async (bytes) => {
        expect(await outcome(codec, Buffer.concat([Buffer.of(3), bytes]))).toBe('decryption');
      }),
    );
  });

  it('refuses an entry that is longer than any it makes, before it decrypts', async () => {
    const long = Buffer.concat([Buffer.of(3), Buffer.alloc(64 * 1024 * 1024 + 10_000)]);
    expect(await outcome(codec, long)).toBe('too-large');
  });

  it('takes values of several MiB', async () => {
    const large = randomBytes(5 * 1024 * 1024);
    expect((await codec.decode(await codec.encode(large, key), key)).equals(large)).toBe(true);
  });

  it('shares a data key among entries, and still binds each to its row', async () => {
    const other = { ...key, partition: 'ns:patient#=["other"]' };
    const [one, two] = await Promise.all([codec.encode(value, key), codec.encode(value, other)]);
    expect(await outcome(codec, one, other)).toBe('decryption');
    expect(await outcome(codec, two, key)).toBe('decryption');
    expect(await outcome(codec, two, other)).toBe('value');
  });
});

describe('the keys of local encryption', () => {
  const value = Buffer.from('a value');

  it('rotated, still decrypt what the earlier one encrypted', async () => {
    const old = await codec.encode(value, key);
    const rotated = local(k2, k1);
    await expect(rotated.decode(old, key)).resolves.toEqual(value);
    const fresh = await rotated.encode(value, key);
    await expect(local(k2).decode(fresh, key)).resolves.toEqual(value);
    expect(await outcome(codec, fresh)).toBe('unknown-key');
  });

  it('are told apart where the name of one begins like another', async () => {
    const long: LocalKey = { id: 'k11', secret: k2.secret };
    const bytes = await local(long).encode(value, key);
    expect(await outcome(codec, bytes)).toBe('unknown-key');
    expect(await outcome(local(k1, long), bytes)).toBe('value');
  });

  it('do not decrypt under another secret of the same name', async () => {
    const impostor = local({ id: k1.id, secret: k2.secret });
    expect(await outcome(impostor, await codec.encode(value, key))).toBe('decryption');
  });

  it('are read from other processes with the same secret', async () => {
    await expect(local(k1).decode(await codec.encode(value, key), key)).resolves.toEqual(value);
  });
});
