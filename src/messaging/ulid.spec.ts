import { ULID, ulidAfter, ulidTimeMs } from './ulid.js';

const NOW_MS = Date.parse('2026-01-31T08:30:00.123Z');
const zeros = (bytes: number): Buffer => Buffer.alloc(bytes, 0);
const ones = (bytes: number): Buffer => Buffer.alloc(bytes, 0xff);

describe('ulidAfter', () => {
  it('the first one has the time of the clock, and is canonical', () => {
    const id = ulidAfter(undefined, NOW_MS);

    expect(id).toMatch(ULID);
    expect(ulidTimeMs(id)).toBe(NOW_MS);
  });

  it('the example of the specification', () => {
    expect(ulidAfter(undefined, 1_469_918_176_385, zeros)).toBe('01ARYZ6S410000000000000000');
  });

  it.each([
    ['a later millisecond', 1],
    ['the same millisecond', 0],
    ['a clock that is 2 s behind', -2_000],
  ])('after one that %s gave: it sorts after it', (_, offsetMs) => {
    const last = ulidAfter(undefined, NOW_MS, ones);
    const next = ulidAfter(last, NOW_MS + offsetMs, zeros);

    expect(next > last).toBe(true);
    expect(ulidTimeMs(next)).toBeGreaterThanOrEqual(ulidTimeMs(last));
  });

  it('the successor of a millisecond’s last one is of the next millisecond', () => {
    const last = ulidAfter(undefined, NOW_MS, ones);

    expect(ulidTimeMs(ulidAfter(last, NOW_MS))).toBe(NOW_MS + 1);
  });
});
