import { jest } from '@jest/globals';
import { CacheUsageError } from '../base/errors.js';
import type { EntryKey } from '../keys/entry-key.js';
import { createCodec } from './create-codec.js';
import type { EncryptionOptions } from './encryption-options.js';

const key: EntryKey = { partition: 'p', versions: 'v' };
const secret = 'a secret of more than 32 characters';
const arn = 'arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';

describe('createCodec', () => {
  it.each<[string, unknown]>([
    ['must be "off", "local" or "kms"', { mode: 'on' }],
    ['encryption.keys', { mode: 'local', keys: [] }],
    ['keys[0].id', { mode: 'local', keys: [{ id: 'a b', secret }] }],
    ['keys[0].id', { mode: 'local', keys: [{ id: '', secret }] }],
    ['at least 32 characters', { mode: 'local', keys: [{ id: 'a', secret: secret.slice(0, 31) }] }],
    [
      'at least 32 characters',
      {
        mode: 'local',
        keys: [
          { id: 'a', secret },
          { id: 'b', secret: 'short' },
        ],
      },
    ],
    [
      'without a key that is named twice',
      {
        mode: 'local',
        keys: [
          { id: 'a', secret },
          { id: 'a', secret: `${secret}2` },
        ],
      },
    ],
    ['must be an array that is not empty', { mode: 'kms', keyArns: [] }],
    ['must be the ARN of a key', { mode: 'kms', keyArns: ['alias/cache'] }],
    ['must be the ARN of a key', { mode: 'kms', keyArns: [arn, arn.replace(':key/', ':alias/')] }],
    ['without a key that is named twice', { mode: 'kms', keyArns: [arn, arn] }],
    ['timeoutMs', { mode: 'kms', keyArns: [arn], timeoutMs: 0 }],
    ['dataKeys.maxAgeMs', { mode: 'kms', keyArns: [arn], dataKeys: { maxAgeMs: Number.POSITIVE_INFINITY } }],
    ['dataKeys.maxMessages', { mode: 'local', keys: [{ id: 'a', secret }], dataKeys: { maxMessages: 1.5 } }],
  ])('refuses what is wrong, naming it: %s', (reason, encryption) => {
    const create = () => createCodec({ encryption: encryption as EncryptionOptions });
    expect(create).toThrow(CacheUsageError);
    expect(create).toThrow(reason);
    expect(create).not.toThrow(/a secret|1234abcd/);
  });

  it('loads nothing of the crypto package while encryption is off', async () => {
    let loaded = 0;
    jest.unstable_mockModule('@aws-crypto/client-node', () => {
      loaded++;
      throw new Error('not there');
    });
    jest.resetModules();
    const fresh = await import('./create-codec.js');
    const off = fresh.createCodec({ encryption: { mode: 'off' } });
    await off.decode(await off.encode(Buffer.from('x'), key), key);
    expect(loaded).toBe(0);
    const local = fresh.createCodec({ encryption: { mode: 'local', keys: [{ id: 'a', secret }] } });
    await expect(local.encode(Buffer.from('x'), key)).rejects.toMatchObject({
      code: 'CACHE_ENCRYPTION_FAULT',
    });
    await expect(local.decode(Buffer.from([3]), key)).rejects.toMatchObject({ fault: 'key-unavailable' });
    expect(loaded).toBe(1);
  });
});
