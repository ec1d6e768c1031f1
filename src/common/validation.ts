import { z } from 'zod';
import { MAX_MARKS, readText, type TextFault } from './text.js';
import { UUID } from './uuid.js';

const ISO_DATE = /^\d{4}-\d{2}-\d{2}$/;
const ISO_INSTANT = /^\d{4}-\d{2}-\d{2}T(?!24)\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/;

/** What is parsed from JSON: a field may be absent, but is never undefined, which zod's types allow. */
export type FromJson<T> = { [Field in keyof T]: Exclude<T[Field], undefined> };

/** A uuid of any version, normalised to lower case: two spellings of one id must not become two cache tags. */
export const uuid = () =>
  z
    .string()
    .regex(UUID, { error: 'must be a uuid', abort: true })
    .toLowerCase()
    .meta({ format: 'uuid', example: '7b1d4a52-8f0e-4c3b-9a57-2f8e6c1d0b34' });

/**
 * Text that PostgreSQL and JSON can both hold: 1 to `max` characters (Unicode code points, so that an emoji of one counts
 * as one) after trimming and NFC. What {@link readText} refuses stops here: no later check sees it.
 */
export const text = (max: number) =>
  z
    .string()
    .check((payload) => {
      const { text: read, fault } = readText(payload.value, max);
      if (fault === undefined) payload.value = read;
      else {
        const message = messageOf(fault, max);
        payload.issues.push({ code: 'custom', message, input: payload.value, continue: false });
      }
    })
    .meta({ minLength: 1, maxLength: max });

/** {@link text} on one line: without tab and line ends. */
export const line = (max: number) => text(max).refine((value) => !/[\t\n\r]/.test(value), 'must be one line');

/** A calendar date that exists, `YYYY-MM-DD`, years 1000 to 9999. */
export const calendarDate = () =>
  z
    .string()
    .regex(ISO_DATE, { error: 'must be a date, YYYY-MM-DD', abort: true })
    .refine(isCalendarDate, 'must be a date that exists')
    .meta({ format: 'date', example: '1984-02-29' });

/** An instant with seconds and offset (RFC 3339), normalised to UTC with milliseconds. */
export const instant = () =>
  z
    .string()
    .regex(ISO_INSTANT, { error: 'must be a time with offset, such as 2026-01-31T08:30:00Z', abort: true })
    // Without `abort` the next step would see, and choke on, a time that does not exist.
    .refine(isInstant, { error: 'must be a time that exists', abort: true })
    .overwrite((value) => new Date(value).toISOString())
    .meta({ format: 'date-time', example: '2026-01-31T08:30:00.000Z' });

function isCalendarDate(value: string): boolean {
  const parsed = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(value) && value >= '1000';
}

function isInstant(value: string): boolean {
  const year = new Date(value).getUTCFullYear();
  return isCalendarDate(value.slice(0, 10)) && year >= 1000 && year <= 9999;
}

function messageOf(fault: TextFault, max: number): string {
  switch (fault) {
    case 'too-long':
      return `must have at most ${max} characters`;
    case 'malformed':
      return 'must be well-formed Unicode';
    case 'control':
      return 'must not contain control characters';
    case 'marks':
      return `must not have more than ${MAX_MARKS} combining marks in a row`;
    case 'empty':
      return 'must not be empty';
  }
}
