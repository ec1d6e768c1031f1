import { CacheUsageError } from '../../base/errors.js';
import { assertEntry, assertKey, assertLease } from './entry-checks.js';

const bytes = Buffer.from('secret');
const PARTITION = 'partition of a key must be well-formed text of 1 to 1024 bytes';
const VERSIONS = 'versions of a key must be well-formed text of 1 to 900 bytes';
const TIME = 'of an entry must be whole milliseconds since the epoch';
const OWNER = 'owner of a lease must be well-formed text that is not empty';
const LENGTH = 'ttlMs of a lease must be a whole number above zero';

describe('what no store takes', () => {
  it.each<[string, () => void]>([
    [`${PARTITION}; got empty text`, () => assertKey({ partition: '', versions: 'v' })],
    [`${PARTITION}; got text`, () => assertKey({ partition: 'secret'.repeat(200), versions: 'v' })],
    [`${PARTITION}; got text`, () => assertKey({ partition: 'secret\ud800', versions: 'v' })],
    [`${PARTITION}; got undefined`, () => assertKey({ versions: 'v' } as never)],
    [`${VERSIONS}; got a number`, () => assertKey({ partition: 'p', versions: 417 as never })],
    [
      'versions of a key must be without #; got text',
      () => assertKey({ partition: 'p', versions: 'secret#' }),
    ],
    [
      'bytes of an entry must be a Buffer; got text',
      () => assertEntry({ bytes: 'secret' as never, createdAtMs: 1, expiresAtMs: 1 }, 10),
    ],
    [
      `createdAtMs ${TIME}; got NaN`,
      () => assertEntry({ bytes, createdAtMs: Number.NaN, expiresAtMs: 1 }, 10),
    ],
    [
      `expiresAtMs ${TIME}; got a fraction`,
      () => assertEntry({ bytes, createdAtMs: 1, expiresAtMs: 4.17 }, 10),
    ],
    [`${OWNER}; got empty text`, () => assertLease('', 1)],
    [`${LENGTH}; got a negative number`, () => assertLease('secret', -417)],
  ])('%s', (said, check) => {
    expect(check).toThrow(CacheUsageError);
    expect(check).toThrow(
      expect.objectContaining({
        code: 'CACHE_STORE_CALL_INVALID',
        message: `A store was given what it cannot take: ${said}.`,
      }) as Error,
    );
  });
});
