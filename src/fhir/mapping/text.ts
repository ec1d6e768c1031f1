import { cutMarks, hasTooManyMarks, RAW_UNITS_A_CHARACTER } from '../../common/text.js';
import { TEXT_LIMITS } from '../limits.js';
import { skip, type Note } from './skip.js';

/** Tab and line ends stay; PostgreSQL refuses NUL, and the others have no place in a record. */
const CONTROL = /(?![\t\n\r])\p{Cc}/gu;
const SPACES = /\s+/gu;
const CUT_MARK = ' […]';

/**
 * `value` as the columns hold it: well-formed, NFC, trimmed, without control characters, and cut visibly when it is
 * longer than `max`. Null: nothing is left. Losing a text because of one stray byte, or a page because of its last
 * lines, would be worse than to mark what was done.
 */
export function cleanText(value: string | undefined, max: number, note: Note): string | null {
  const { text, isWhole } = tidied(value, max, note);
  if (isWhole) return text === '' ? null : text;
  note('a text that was too long was cut, and is marked so');
  return cut(text, max - CUT_MARK.length).trimEnd() + CUT_MARK;
}

/** The same on one line. */
export function cleanLine(value: string | undefined, max: number, note: Note): string | null {
  return cleanText(value?.replace(SPACES, ' '), max, note);
}

/** The same for what must not be cut. Undefined: it is too long. */
export function wholeLine(value: string | undefined, max: number, note: Note): string | null | undefined {
  const { text, isWhole } = tidied(value?.replace(SPACES, ' '), max, note);
  if (!isWhole) return undefined;
  return text === '' ? null : text;
}

/** A code or an address of a code system: cut it would be another one, so its resource is left out. */
export function cleanToken(value: string | undefined, limit: 'code' | 'codeSystem'): string | null {
  if (value === undefined) return null;
  const max = TEXT_LIMITS[limit];
  const trimmed = value.replace(SPACES, ' ').trim();
  if (trimmed.length > max * RAW_UNITS_A_CHARACTER) skip('a code that is too long');
  if (!trimmed.isWellFormed() || trimmed.search(CONTROL) >= 0 || hasTooManyMarks(trimmed))
    skip('a code with characters that cannot be stored');
  const normal = trimmed.normalize('NFC');
  if (normal.length > max) skip('a code that is too long');
  return normal === '' ? null : normal;
}

/**
 * Every step before the cut is linear; NFC, which is quadratic in a run of marks, sees only what may still fit into `max`.
 */
function tidied(value = '', max: number, note: Note): { readonly text: string; readonly isWhole: boolean } {
  const storable = value.toWellFormed().replace(CONTROL, '');
  if (storable !== value) note('characters that cannot be stored were taken out');
  const readable = cutMarks(storable);
  if (readable !== storable) note('combining marks beyond the thirtieth in a row were taken out');
  const trimmed = readable.trim();
  const bounded = cut(trimmed, max * RAW_UNITS_A_CHARACTER);
  // A few marks become two in NFC: cut again, an import of what was imported changes nothing.
  const text = cutMarks(bounded.normalize('NFC'));
  return { text, isWhole: bounded.length === trimmed.length && text.length <= max };
}

/** The first `max` UTF-16 units of `value`, or one less where that would halve a character. */
function cut(value: string, max: number): string {
  return value.slice(0, max).replace(/[\uD800-\uDBFF]$/, '');
}
