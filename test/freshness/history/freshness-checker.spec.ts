import { FreshnessChecker, type Read, type ReadMode } from './freshness-checker.js';
import { shortest, traceOf } from './trace.js';
import type { Write } from './register-history.js';

const BOUND_MS = 1_000;
const REGISTER = 'r1';

describe('FreshnessChecker', () => {
  let checker: FreshnessChecker;

  beforeEach(() => {
    checker = new FreshnessChecker(BOUND_MS);
  });

  /** A write from `startedAt` to `answeredAt`; without the latter its answer is lost. */
  function write(value: string, startedAt: number, answeredAt?: number, instance = 'A'): Write {
    const begun = checker.begin(REGISTER, value, instance, startedAt);
    if (answeredAt !== undefined) checker.answer(begun, answeredAt);
    return begun;
  }

  /** The rule that a read from `startedAt` to `endedAt` breaks. */
  function read(value: string, mode: ReadMode, startedAt: number, more: Partial<Read> = {}) {
    const all = {
      register: REGISTER,
      value,
      mode,
      instance: 'B',
      startedAt,
      endedAt: startedAt + 5,
      ...more,
    };
    return checker.judge(all)?.rule;
  }

  describe('an answer that says itself that it is old', () => {
    const markedStale = true;

    beforeEach(() => {
      write('1', 0, 10);
      write('2', 20, 30, 'B');
    });

    it('bounded: it may be, however old', () => {
      expect(read('1', 'bounded', 90_000, { markedStale })).toBeUndefined();
      expect(checker.outOfDate.bounded).toBe(0);
    });

    it.each(['strong', 'origin'] as const)('%s: found all the same', (mode) => {
      expect(read('1', mode, 31, { markedStale })).toBe('strong');
    });

    it.each(['strong', 'bounded', 'origin'] as const)('%s: a value that nobody wrote is found', (mode) => {
      expect(read('3', mode, 31, { markedStale })).toBe('unwritten');
    });
  });

  describe.each(['strong', 'origin'] as const)('%s', (mode) => {
    it('the newest answered write is read: fine', () => {
      write('1', 0, 10);
      write('2', 20, 30);

      expect(read('2', mode, 31)).toBeUndefined();
    });

    it('an older one than was answered before the read began: found', () => {
      write('1', 0, 10);
      write('2', 20, 30);

      expect(read('1', mode, 31)).toBe('strong');
      expect(checker.worstStaleMs[mode]).toBe(1);
    });

    it('the older one while the newer write is not answered: fine', () => {
      write('1', 0, 10);
      write('2', 20, 30);

      expect(read('1', mode, 29)).toBeUndefined();
      expect(read('2', mode, 29)).toBeUndefined();
    });

    it('what another read has seen counts as written, though its answer never came', () => {
      write('1', 0, 10);
      write('2', 20);

      expect(read('1', mode, 30)).toBeUndefined();
      expect(read('2', mode, 40)).toBeUndefined();
      expect(read('1', mode, 46)).toBe('strong');
    });

    it('writes that overlap have no order: either is fine, what came before both is not', () => {
      write('1', 0, 10);
      write('2', 20, 40);
      write('3', 30, 50);

      expect(read('2', mode, 60)).toBeUndefined();
      expect(read('3', mode, 60)).toBeUndefined();
      expect(read('1', mode, 60)).toBe('strong');
    });

    it('a write whose answer was lost may come late, after a newer one', () => {
      write('1', 0, 10);
      write('2', 20);
      write('3', 30, 40);

      expect(read('2', mode, 5_000)).toBeUndefined();
      expect(read('3', mode, 5_010)).toBeUndefined();
      expect(read('1', mode, 5_020)).toBe('strong');
    });
  });

  describe('bounded', () => {
    it('another instance may be behind for the bound, and not for longer', () => {
      write('1', 0, 10);
      write('2', 20, 30);

      expect(read('1', 'bounded', 30 + BOUND_MS)).toBeUndefined();
      expect(read('1', 'bounded', 31 + BOUND_MS)).toBe('bounded');
      expect(checker.worstStaleMs.bounded).toBe(BOUND_MS + 1);
      expect(checker.outOfDate.bounded).toBe(2);
    });

    it('the instance that answered the write may not be behind at all', () => {
      write('1', 0, 10);
      write('2', 20, 30, 'B');

      expect(read('1', 'bounded', 29)).toBeUndefined();
      expect(read('1', 'bounded', 31)).toBe('own-write');
    });

    it('what the own instance wrote before does not count against another one’s newer write', () => {
      write('1', 0, 10, 'B');
      write('2', 20, 30, 'A');

      expect(read('1', 'bounded', 31)).toBeUndefined();
    });

    it('a read that carries the versions of a write sees that write', () => {
      write('1', 0, 10);
      const floor = write('2', 20, 30);
      write('3', 40, 50);

      expect(read('2', 'bounded', 60, { floor })).toBeUndefined();
      expect(read('1', 'bounded', 60, { floor })).toBe('versions');
    });
  });

  it('a value that nobody wrote, or not yet: found', () => {
    write('1', 100, 110);

    expect(read('0', 'bounded', 120)).toBe('unwritten');
    expect(read('1', 'bounded', 50)).toBe('unwritten');
  });

  it('registers do not mix', () => {
    write('1', 0, 10);
    checker.answer(checker.begin('r2', '2', 'A', 20), 30);

    expect(read('1', 'strong', 60)).toBeUndefined();
  });

  it('of a register only the last writes are kept, and judging goes on', () => {
    for (let i = 0; i < 2_000; i++) write(String(i), i * 10, i * 10 + 5);

    expect(read('1998', 'strong', 20_010)).toBe('strong');
    expect(read('1999', 'strong', 20_010)).toBeUndefined();
    expect(read('0', 'strong', 20_010)).toBe('unwritten');
  });

  it('trace: of several violations the shortest, in order, with the faults among it', () => {
    write('1', 0, 10);
    write('2', 20, 30);
    read('1', 'strong', 4_000);
    write('3', 5_000, 5_010);
    write('4', 5_020, 5_030);
    read('3', 'strong', 5_040, { source: 'L1' });

    const violation = shortest(checker.violations);
    const faults = [
      { what: 'B stopped', startedAt: 5_015, endedAt: 5_035 },
      { what: 'another time', startedAt: 0, endedAt: 100 },
    ];

    expect(violation && traceOf(violation, faults)).toEqual([
      'strong: register r1, out of date for 10.0 ms when the read began',
      '  1. 0.0 ms  A: write of 3 begins',
      '  2. 10.0 ms  A: write of 3 ANSWERED',
      '  3. 15.0 ms  fault begins: B stopped',
      '  4. 20.0 ms  A: write of 4 begins',
      '  5. 30.0 ms  A: write of 4 ANSWERED',
      '  6. 35.0 ms  fault ends: B stopped',
      '  7. 40.0 ms  B: strong read begins',
      '  8. 45.0 ms  B: read RETURNS 3 (L1)',
    ]);
  });
});
