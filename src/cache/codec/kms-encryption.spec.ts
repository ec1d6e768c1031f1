import { jest } from '@jest/globals';
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { EntryKey } from '../keys/entry-key.js';
import type { Codec } from './codec.js';
import { createCodec } from './create-codec.js';
import { DecodeError } from './decode-error.js';
import type { KmsEncryption } from './encryption-options.js';
import type { KmsClient } from './kms-calls.js';

type Context = Readonly<Record<string, string>>;

/** KMS: wraps data keys under master keys that it keeps, bound to the encryption context, and checks both. */
class FakeKms implements KmsClient {
  readonly calls: { readonly operation: string; readonly keyId: string; readonly context: Context }[] = [];
  /** What every call fails with. */
  fault: Error | undefined;
  private readonly masterKeys = new Map<string, Buffer>();

  async generateDataKey(input: Parameters<KmsClient['generateDataKey']>[0]) {
    const { KeyId, NumberOfBytes = 0, EncryptionContext = {} } = input;
    await this.receive('generate', KeyId, EncryptionContext);
    const plaintext = randomBytes(NumberOfBytes);
    const iv = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', this.masterKey(KeyId), iv).setAAD(aadOf(EncryptionContext));
    const wrapped = Buffer.concat([cipher.update(plaintext), cipher.final()]);
    const blob = Buffer.concat([
      Buffer.of(KeyId.length),
      Buffer.from(KeyId),
      iv,
      cipher.getAuthTag(),
      wrapped,
    ]);
    return { KeyId, Plaintext: new Uint8Array(plaintext), CiphertextBlob: new Uint8Array(blob) };
  }

  async decrypt({ KeyId = '', CiphertextBlob, EncryptionContext = {} }: Parameters<KmsClient['decrypt']>[0]) {
    await this.receive('decrypt', KeyId, EncryptionContext);
    const blob = Buffer.from(CiphertextBlob);
    const end = 1 + (blob[0] ?? 0);
    const keyId = blob.toString('utf8', 1, end);
    if (!this.masterKeys.has(keyId)) throw named('InvalidCiphertextException');
    if (keyId !== KeyId) throw named('IncorrectKeyException');
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.masterKey(keyId), blob.subarray(end, end + 12));
      decipher.setAAD(aadOf(EncryptionContext)).setAuthTag(blob.subarray(end + 12, end + 28));
      const plaintext = Buffer.concat([decipher.update(blob.subarray(end + 28)), decipher.final()]);
      return { KeyId, Plaintext: new Uint8Array(plaintext) };
    } catch {
      throw named('InvalidCiphertextException');
    }
  }

  count(operation: string): number {
    return this.calls.filter((call) => call.operation === operation).length;
  }

  private async receive(operation: string, keyId: string, context: Context): Promise<void> {
    this.calls.push({ operation, keyId, context });
    await new Promise<void>((resolve) => setImmediate(resolve));
    if (this.fault !== undefined) throw this.fault;
  }

  private masterKey(keyId: string): Buffer {
    const key = this.masterKeys.get(keyId) ?? randomBytes(32);
    this.masterKeys.set(keyId, key);
    return key;
  }
}

function aadOf(context: Context): Buffer {
  return Buffer.from(JSON.stringify(Object.entries(context).sort(([a], [b]) => (a < b ? -1 : 1))));
}

function named(name: string): Error {
  return Object.assign(new Error(name), { name });
}

const arn = (id: string): string => `arn:aws:kms:eu-central-1:111122223333:key/${id}`;
const key: EntryKey = { partition: 'ns:patient#=["7b1d"]', versions: '*@1.a' };
const other: EntryKey = { ...key, versions: '*@2.b' };
const value = Buffer.from('a value');

function codecOf(client: KmsClient, options: Partial<KmsEncryption> = {}): Codec {
  return createCodec({ encryption: { mode: 'kms', keyArns: [arn('one')], client, ...options } });
}

/** Wraps data keys that {@link codecOf} has not asked for. */
function forAnotherPurpose(kms: FakeKms): KmsClient {
  return {
    generateDataKey: (input) => kms.generateDataKey({ ...input, EncryptionContext: { purpose: 'other' } }),
    decrypt: (input) => kms.decrypt(input),
  };
}

async function outcome(by: Codec, bytes: Buffer, at = key): Promise<string> {
  try {
    await by.decode(bytes, at);
    return 'value';
  } catch (error) {
    if (error instanceof DecodeError) return error.fault;
    throw error;
  }
}

describe('encryption under KMS', () => {
  it('decodes what it encoded, in another process too', async () => {
    const kms = new FakeKms();
    const bytes = await codecOf(kms).encode(value, key);
    await expect(codecOf(kms).decode(bytes, key)).resolves.toEqual(value);
    expect(bytes.length).toBeLessThan(value.length + 550);
  });

  it('refuses what stood in another row, without asking KMS', async () => {
    const kms = new FakeKms();
    const bytes = await codecOf(kms).encode(value, key);
    expect(await outcome(codecOf(kms), bytes, other)).toBe('decryption');
    expect(kms.count('decrypt')).toBe(0);
  });

  it('refuses a flipped byte anywhere, the wrapped data key included', async () => {
    const kms = new FakeKms();
    const codec = codecOf(kms);
    const bytes = await codec.encode(value, key);
    for (let at = 0; at < bytes.length; at++) {
      const flipped = Buffer.from(bytes);
      flipped[at]! ^= 0x10;
      expect([at, await outcome(codec, flipped)]).not.toEqual([at, 'value']);
    }
  });

  it('tells KMS, and so CloudTrail, nothing of the entry', async () => {
    const kms = new FakeKms();
    await codecOf(kms).decode(await codecOf(kms).encode(value, key), key);
    expect(kms.calls).toEqual(
      ['generate', 'decrypt'].map((operation) => ({
        operation,
        keyId: arn('one'),
        context: { purpose: 'careline-cache' },
      })),
    );
  });

  it('does not take a data key that was wrapped for another purpose', async () => {
    const kms = new FakeKms();
    expect(await outcome(codecOf(kms), await codecOf(forAnotherPurpose(kms)).encode(value, key))).toBe(
      'decryption',
    );
  });
});

describe('data keys', () => {
  it('are asked for once by all who want one at the same time', async () => {
    const kms = new FakeKms();
    const writer = codecOf(kms);
    const rows = Array.from({ length: 50 }, (_, i): EntryKey => ({ ...key, partition: `p${i}` }));
    const all = await Promise.all(rows.map((row) => writer.encode(value, row)));
    expect(kms.count('generate')).toBe(1);
    const reader = codecOf(kms);
    await Promise.all(all.map((bytes, i) => reader.decode(bytes, rows[i]!)));
    expect(kms.count('decrypt')).toBe(1);
  });

  it('are replaced after so many messages', async () => {
    const kms = new FakeKms();
    const codec = codecOf(kms, { dataKeys: { maxMessages: 3 } });
    for (let i = 0; i < 9; i++) await codec.encode(value, key);
    expect(kms.count('generate')).toBe(3);
  });

  it('are replaced after so many bytes', async () => {
    const kms = new FakeKms();
    const codec = codecOf(kms, { dataKeys: { maxBytes: 2_000 } });
    for (let i = 0; i < 6; i++) await codec.encode(Buffer.alloc(900), key);
    expect(kms.count('generate')).toBe(3);
  });

  it('are asked for again when they are too old, for reading as for writing', async () => {
    const kms = new FakeKms();
    const codec = codecOf(kms, { dataKeys: { maxAgeMs: 60_000 } });
    const begin = Date.now();
    const now = jest.spyOn(Date, 'now').mockReturnValue(begin);
    try {
      const bytes = await codec.encode(value, key);
      await codec.decode(bytes, key);
      now.mockReturnValue(begin + 60_000);
      await codec.decode(await codec.encode(value, key), key);
      await codec.decode(bytes, key);
      expect([kms.count('generate'), kms.count('decrypt')]).toEqual([1, 1]);
      now.mockReturnValue(begin + 60_001);
      await codec.encode(value, key);
      await codec.decode(bytes, key);
      expect([kms.count('generate'), kms.count('decrypt')]).toEqual([2, 2]);
    } finally {
      now.mockRestore();
    }
  });
});

describe('the keys of KMS encryption', () => {
  it('rotated, still decrypt what the earlier one encrypted', async () => {
    const kms = new FakeKms();
    const old = await codecOf(kms).encode(value, key);
    const rotated = codecOf(kms, { keyArns: [arn('two'), arn('one')] });
    expect(await outcome(rotated, old)).toBe('value');
    const fresh = await rotated.encode(value, key);
    expect(await outcome(codecOf(kms, { keyArns: [arn('two')] }), fresh)).toBe('value');
    expect(await outcome(codecOf(kms), fresh)).toBe('unknown-key');
  });

  it('are not local keys', async () => {
    const secret = 'a secret of more than 32 characters';
    const local = createCodec({ encryption: { mode: 'local', keys: [{ id: 'one', secret }] } });
    const kms = new FakeKms();
    expect(await outcome(codecOf(kms), await local.encode(value, key))).toBe('unknown-key');
    expect(await outcome(local, await codecOf(kms).encode(value, key))).toBe('unknown-key');
  });
});

describe('a KMS that gives no keys', () => {
  it.each(['AccessDeniedException', 'DisabledException', 'ThrottlingException', 'TimeoutError'])(
    'with %s, is told apart from an entry that was changed',
    async (name) => {
      const kms = new FakeKms();
      const bytes = await codecOf(kms).encode(value, key);
      kms.fault = named(name);
      const codec = codecOf(kms);
      expect(await outcome(codec, bytes)).toBe('key-unavailable');
      await expect(codec.encode(value, key)).rejects.toMatchObject({ code: 'CACHE_ENCRYPTION_FAULT' });
      kms.fault = undefined;
      expect(await outcome(codec, bytes)).toBe('value');
    },
  );

  it('while it fails, is asked once by all who want one data key', async () => {
    const kms = new FakeKms();
    const bytes = await codecOf(kms).encode(value, key);
    kms.fault = named('ThrottlingException');
    const codec = codecOf(kms);
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => outcome(codec, bytes)));
    expect(new Set(outcomes)).toEqual(new Set(['key-unavailable']));
    expect(kms.count('decrypt')).toBe(1);
  });

  it('that never answers, is given up after the time limit', async () => {
    const kms = new FakeKms();
    const bytes = await codecOf(kms).encode(value, key);
    const never = () => new Promise<never>(() => undefined);
    const codec = codecOf({ generateDataKey: never, decrypt: never }, { timeoutMs: 1 });
    expect(await outcome(codec, bytes)).toBe('key-unavailable');
    await expect(codec.encode(value, key)).rejects.toMatchObject({ code: 'CACHE_ENCRYPTION_FAULT' });
  });

  it('is left alone after five faults in a row, and asked again after a pause', async () => {
    const kms = new FakeKms();
    const bytes = await codecOf(kms).encode(value, key);
    const codec = codecOf(kms);
    const begin = Date.now();
    const now = jest.spyOn(Date, 'now').mockReturnValue(begin);
    try {
      kms.fault = named('ThrottlingException');
      for (let i = 0; i < 20; i++) expect(await outcome(codec, bytes)).toBe('key-unavailable');
      expect(kms.count('decrypt')).toBe(5);
      kms.fault = undefined;
      expect(await outcome(codec, bytes)).toBe('key-unavailable');
      now.mockReturnValue(begin + 60_000);
      expect(await outcome(codec, bytes)).toBe('value');
    } finally {
      now.mockRestore();
    }
  });

  it('is not blamed for bytes that it never made', async () => {
    const kms = new FakeKms();
    const bytes = await codecOf(kms).encode(value, key);
    const codec = codecOf(kms);
    for (let i = 0; i < 20; i++) {
      expect(await outcome(codec, await codecOf(forAnotherPurpose(kms)).encode(value, key))).toBe(
        'decryption',
      );
    }
    expect(await outcome(codec, bytes)).toBe('value');
  });
});
