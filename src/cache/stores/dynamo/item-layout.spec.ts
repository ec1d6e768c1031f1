import * as fc from 'fast-check';
import { assertKey } from '../contract/entry-checks.js';
import type { EntryKey } from '../../keys/entry-key.js';
import { chunkKey, entryKeyOf, headKey, leaseKey, rowId, ttlSeconds, type RowKey } from './item-layout.js';

/** Text of the characters that rows are made of, and keys that begin and end alike. */
const text = fc.string({
  unit: fc.constantFrom('#', '1', 'lease', 'AAAAAAAA', '*@1.a', ' '),
  minLength: 1,
  maxLength: 5,
});
const keys = fc.record<EntryKey>({ partition: text, versions: text }).filter(isTaken);
const index = fc.integer({ min: 1, max: 99 });
const generation = fc.constantFrom('AAAAAAAA', 'leaseAAA', '11111111');

function isTaken(key: EntryKey): boolean {
  try {
    assertKey(key);
    return true;
  } catch {
    return false;
  }
}

describe('the rows of a cache table', () => {
  it('are heads, chunks or leases, whatever the keys: no row is of two kinds or of two entries', () => {
    fc.assert(
      fc.property(keys, keys, index, index, generation, generation, (a, b, i, j, g, h) => {
        const rowsOf = (key: EntryKey, at: number, name: string): RowKey[] => [
          headKey(key),
          leaseKey(key),
          chunkKey(key, at, name),
        ];
        const [first, second] = [rowsOf(a, i, g), rowsOf(b, j, h)];
        const isSameKey = a.partition === b.partition && a.versions === b.versions;
        first.forEach((row, kind) =>
          second.forEach((other, otherKind) => {
            const isSameRow = kind === otherKind && isSameKey && (kind !== 2 || (i === j && g === h));
            expect(row.pk === other.pk && row.sk === other.sk).toBe(isSameRow);
            expect(rowId(row) === rowId(other)).toBe(isSameRow);
          }),
        );
      }),
    );
  });

  it('heads tell the key of their entry, the others tell none', () => {
    fc.assert(
      fc.property(keys, index, generation, (key, i, g) => {
        expect(entryKeyOf({ ...headKey(key) })).toEqual(key);
        expect(entryKeyOf({ ...leaseKey(key) })).toBeUndefined();
        expect(entryKeyOf({ ...chunkKey(key, i, g) })).toBeUndefined();
      }),
    );
  });

  it.each([[{}], [{ pk: 1, sk: 'a' }], [{ pk: 'a', sk: null }]])('%j is no head', (item) => {
    expect(entryKeyOf(item)).toBeUndefined();
  });

  it.each([
    [1_000, 1],
    [1_001, 2],
    [1_999, 2],
  ])('what expires at %d ms may be deleted from second %d on', (ms, seconds) => {
    expect(ttlSeconds(ms)).toBe(seconds);
  });
});
