import { jest } from '@jest/globals';
import fc from 'fast-check';
import { cutMarks, hasTooManyMarks, MAX_MARKS, RAW_UNITS_A_CHARACTER, readText } from './text.js';

const LAST_CODE_POINT = 0x10ffff;
const marks = fc.string({
  unit: fc.constantFrom('\u0301', '\u0327', '\u0344', '\u{1d165}', 'a'),
  maxLength: 90,
});

describe('readText', () => {
  it('no character of NFC has more units in its decomposed form than are allowed for', () => {
    let most = 0;
    for (let point = 0; point <= LAST_CODE_POINT; point++) {
      const character = String.fromCodePoint(point);
      const decomposed = character.normalize('NFD');
      if (decomposed.normalize('NFC') === character) most = Math.max(most, decomposed.length);
    }

    expect(most).toBe(RAW_UNITS_A_CHARACTER);
  });

  it.each(['ᾂ', 'é', '각', '\u{16126}', '🙏'])(
    'the longest text of %s passes, composed and decomposed',
    (one) => {
      const composed = one.normalize('NFC').repeat(10);

      expect(readText(composed, 10)).toEqual({ text: composed });
      expect(readText(composed.normalize('NFD'), 10)).toEqual({ text: composed });
      expect(readText(`${composed}a`, 10)).toEqual({ fault: 'too-long' });
    },
  );

  it.each([
    ['too-long', 'x'.repeat(11)],
    ['too-long', ' '.repeat(61)],
    ['malformed', 'a\ud800'],
    ['control', 'a\0'],
    ['marks', `a${'\u0301\u0327'.repeat(16)}`],
    ['empty', ' \n '],
  ])('%s is a fault: %j', (fault, raw) => {
    expect(readText(raw, 10)).toEqual({ fault });
  });

  it(`a run of ${MAX_MARKS} marks passes, and one more does not`, () => {
    expect(readText(`x${'\u0327'.repeat(MAX_MARKS)}`, 100).fault).toBeUndefined();
    expect(readText(`x${'\u0327'.repeat(MAX_MARKS + 1)}`, 100).fault).toBe('marks');
  });

  it('what is kept is taken again, unchanged', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary', maxLength: 60 }), marks), (raw) => {
        const { text } = readText(raw, 40);

        if (text !== undefined) expect(readText(text, 40)).toEqual({ text });
      }),
      { numRuns: 2_000 },
    );
  });

  it('a text that is too long, or has too many marks, is never normalised', () => {
    const normalize = jest.spyOn(String.prototype, 'normalize');
    readText('\u0301\u0327'.repeat(31), 10);
    readText('\u0301\u0327'.repeat(16), 10);
    const calls = normalize.mock.calls.length;
    normalize.mockRestore();

    expect(calls).toBe(0);
  });
});

describe('cutMarks', () => {
  it('leaves no run that is too long, and changes nothing else', () => {
    fc.assert(
      fc.property(marks, (text) => {
        const cut = cutMarks(text);

        expect(hasTooManyMarks(cut)).toBe(false);
        if (!hasTooManyMarks(text)) expect(cut).toBe(text);
        expect(cut.replaceAll(/\p{M}/gu, '')).toBe(text.replaceAll(/\p{M}/gu, ''));
      }),
    );
  });
});
