import { TEXT_LIMITS } from '../limits.js';
import { skip, type Note } from './skip.js';

/** Tab and line ends stay; PostgreSQL refuses NUL, and the others have no place in a record. */
const CONTROL = /(?![\t\n\r])\p{Cc}/gu;
const CUT_MARK = ' […]';

/**
 * `value` as the columns hold it: well-formed, NFC, trimmed, without control characters, and cut visibly when it is
 * longer than `max`. Null: nothing is left. Losing a text because of one stray byte, or a page because of its last
 * lines, would be worse than to mark what was done.
 */
export function cleanText(value: string | undefined, max: number, note: Note): string | null {
  if (value === undefined) return null;
  const clean = value.toWellFormed().replace(CONTROL, '');
  if (clean !== value) note('characters that cannot be stored were taken out');
  const normal = clean.normalize('NFC').trim();
  if (normal.length <= max) return normal === '' ? null : normal;
  note('a text that was too long was cut, and is marked so');
  return cut(normal, max - CUT_MARK.length).trimEnd() + CUT_MARK;
}

/** The same on one line. */
export function cleanLine(value: string | undefined, max: number, note: Note): string | null {
  return cleanText(value?.replace(/\s+/gu, ' '), max, note);
}

/** A code or an address of a code system: cut it would be another one, so its resource is left out. */
export function cleanToken(value: string | undefined, limit: 'code' | 'codeSystem'): string | null {
  if (value === undefined) return null;
  const trimmed = value.replace(/\s+/gu, ' ').trim().normalize('NFC');
  if (trimmed.length > TEXT_LIMITS[limit]) skip('a code that is too long');
  if (!trimmed.isWellFormed() || trimmed.search(CONTROL) >= 0)
    skip('a code with characters that cannot be stored');
  return trimmed === '' ? null : trimmed;
}

/** The first `max` UTF-16 units of `value`, or one less where that would halve a character. */
function cut(value: string, max: number): string {
  return value.slice(0, max).replace(/[\uD800-\uDBFF]$/, '');
}
