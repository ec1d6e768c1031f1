/** By what they are after, units of text that are expensive in great number. */
const UNITS: Readonly<Record<string, string>> = {
  'marks of classes in turn': '\u0301\u0327',
  'marks that become two': '\u0344',
  'marks of one class': '\u0301',
  'marks beyond the first plane': '\u{1d165}\u{1d16d}',
  'letters with marks': 'e\u0327\u0301',
  spaces: ' ',
  'spaces of many kinds': '\u00a0\u3000\t',
  'line ends': '\r\n',
  'line ends and spaces': '\n ',
  'a ligature of 18 letters': '\ufdfa',
  'syllables in parts': '\u1112\u1161\u11ab',
  'letters that come apart': '\ufb2c',
  letters: 'a',
  emoji: '\u{1f64f}',
  'control characters': '\u0001',
  'quotes, commas and slashes': '",/',
};

/** The worst texts of at most `bytes` bytes of UTF-8, by name: a letter first and last, so that nothing is trimmed away. */
export function worstTexts(bytes: number): (readonly [name: string, text: string])[] {
  return Object.entries(UNITS).map(([name, unit]) => {
    const times = Math.max(0, Math.floor((bytes - 2) / Buffer.byteLength(unit)));
    return [name, `a${unit.repeat(times)}z`];
  });
}
