/**
 * How many UTF-16 units of a sender's may become one character of ours: U+16126, of Gurung Khema, is three code points of
 * two units each when it is decomposed, the most of any. A test looks at all of them.
 */
export const RAW_UNITS_A_CHARACTER = 6;

/** The longest run of combining marks, as in https://www.unicode.org/reports/tr15/#Stream_Safe_Text_Format */
export const MAX_MARKS = 30;

/**
 * Marks (M) stand for what has a combining class other than 0, all of which are marks: JavaScript does not know classes.
 * So a few runs are refused that sorting would not slow down; no language has one of more than ten.
 */
const MARKS = /\p{M}+/gu;
const CONTROL = /(?![\t\n\r])\p{Cc}/u;

/** Why a text is refused. */
export type TextFault = 'too-long' | 'malformed' | 'control' | 'marks' | 'empty';

/** A text as it is kept, or what is wrong with it. */
export type TextReading =
  | { readonly text: string; readonly fault?: undefined }
  | { readonly fault: TextFault; readonly text?: undefined };

/**
 * Reads text from outside: every one goes through here. It must be well-formed, without control characters but tab and
 * line ends, and is kept in NFC and trimmed, with 1 to `max` code points.
 *
 * The order bounds the work: NFC sorts each run of marks in quadratic time, so length and runs are looked at before.
 */
export function readText(raw: string, max: number): TextReading {
  if (raw.length > max * RAW_UNITS_A_CHARACTER) return { fault: 'too-long' };
  if (!raw.isWellFormed()) return { fault: 'malformed' };
  if (CONTROL.test(raw)) return { fault: 'control' };
  if (hasTooManyMarks(raw)) return { fault: 'marks' };
  const text = raw.normalize('NFC').trim();
  // A few marks become two: what is kept must be taken again when it is sent back.
  if (hasTooManyMarks(text)) return { fault: 'marks' };
  if (text === '') return { fault: 'empty' };
  return isLonger(text, max) ? { fault: 'too-long' } : { text };
}

/** Whether a run of combining marks is longer than {@link MAX_MARKS}. In linear time: each run is gone over once. */
export function hasTooManyMarks(text: string): boolean {
  for (const [run] of text.matchAll(MARKS)) {
    if (isLonger(run, MAX_MARKS)) return true;
  }
  return false;
}

/** `text` with every run of combining marks cut to {@link MAX_MARKS}. In linear time. */
export function cutMarks(text: string): string {
  return text.replace(MARKS, (run) => (isLonger(run, MAX_MARKS) ? firstOf(run, MAX_MARKS) : run));
}

/** Code points are counted only where the cheaper count of units does not decide. */
function isLonger(text: string, max: number): boolean {
  if (text.length <= max) return false;
  return text.length > 2 * max || Array.from(text).length > max;
}

function firstOf(text: string, max: number): string {
  return Array.from(text.slice(0, 2 * max))
    .slice(0, max)
    .join('');
}
