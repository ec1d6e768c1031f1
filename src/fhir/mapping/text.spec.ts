import { jest } from '@jest/globals';
import fc from 'fast-check';
import { cleanLine, cleanText, cleanToken, wholeLine } from './text.js';
import { SkipResource } from './skip.js';

function clean(value: string | undefined, max = 20): { text: string | null; notes: string[] } {
  const notes: string[] = [];
  return { text: cleanText(value, max, (note) => notes.push(note)), notes };
}

const CUT = ['a text that was too long was cut, and is marked so'];
const TAKEN_OUT = ['characters that cannot be stored were taken out'];
const MARKS = ['combining marks beyond the thirtieth in a row were taken out'];

describe('cleanText', () => {
  it('what can be stored stays, composed and trimmed, without a remark', () => {
    expect(clean('  A\u030angstro\u0308m\n\tis\u00a0fine ')).toEqual({
      text: 'Ångström\n\tis\u00a0fine',
      notes: [],
    });
  });

  it.each([undefined, '', ' \n '])('nothing is null: %j', (value) => {
    expect(clean(value)).toEqual({ text: null, notes: [] });
  });

  it('NUL and other control characters go, a lone surrogate is replaced', () => {
    expect(clean('a\0b\u009dc')).toEqual({ text: 'abc', notes: TAKEN_OUT });
    expect(clean('a\ud800b')).toEqual({ text: 'a\ufffdb', notes: TAKEN_OUT });
    expect(clean('\0')).toEqual({ text: null, notes: TAKEN_OUT });
  });

  it('a text of the longest length stays; one more character and it is cut and marked', () => {
    expect(clean('x'.repeat(20))).toEqual({ text: 'x'.repeat(20), notes: [] });
    expect(clean('x'.repeat(21))).toEqual({ text: `${'x'.repeat(16)} […]`, notes: CUT });
  });

  it('a character is never halved', () => {
    expect(clean(`${'x'.repeat(15)}${'🩺'.repeat(10)}`).text).toBe(`${'x'.repeat(15)} […]`);
  });

  it('what does not fit is cut before it is composed, and still marked', () => {
    const normalize = jest.spyOn(String.prototype, 'normalize');
    const answer = clean('e\u0301'.repeat(100_000));
    const inputs = normalize.mock.contexts.map((text) => String(text).length);
    normalize.mockRestore();

    expect(answer).toEqual({ text: `${'\u00e9'.repeat(16)} […]`, notes: CUT });
    expect(inputs).toEqual([120]);
  });

  it('of a run of marks thirty stay, and what comes after them', () => {
    expect(clean(`x${'\u0327'.repeat(100_000)}y`, 50)).toEqual({
      text: `x${'\u0327'.repeat(30)}y`,
      notes: MARKS,
    });
  });

  it('any text fits, is well-formed, and is left alone the second time', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary', maxLength: 60 }),
          fc.string({ unit: fc.constantFrom('\u0327', '\u0344', 'a'), maxLength: 60 }),
        ),
        fc.integer({ min: 10, max: 40 }),
        (value, max) => {
          const { text } = clean(value, max);
          if (text === null) return;
          expect(text.length).toBeLessThanOrEqual(max);
          expect(text.isWellFormed()).toBe(true);
          expect(clean(text, max)).toEqual({ text, notes: [] });
        },
      ),
    );
  });
});

describe('cleanLine', () => {
  it('line ends and tabs become spaces', () => {
    expect(cleanLine(' 12 High Street\r\n\tChelsea ', 50, () => undefined)).toBe('12 High Street Chelsea');
  });
});

describe('wholeLine', () => {
  it('is undefined rather than cut', () => {
    expect(wholeLine(' a@b ', 3, () => undefined)).toBe('a@b');
    expect(wholeLine('a@bc', 3, () => undefined)).toBeUndefined();
    expect(wholeLine(' ', 3, () => undefined)).toBeNull();
  });
});

describe('cleanToken', () => {
  it('is trimmed, and null when there is nothing', () => {
    expect(cleanToken(' 8480-6 ', 'code')).toBe('8480-6');
    expect(cleanToken(' ', 'code')).toBeNull();
    expect(cleanToken(undefined, 'code')).toBeNull();
  });

  it.each(['x'.repeat(101), 'a\0b', 'a\udc00', `a${'\u0327'.repeat(31)}`])(
    'is never changed: its resource is skipped: %j',
    (code) => {
      expect(() => cleanToken(code, 'code')).toThrow(SkipResource);
    },
  );
});
