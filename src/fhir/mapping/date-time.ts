import { skip, type Note } from './skip.js';

/** https://hl7.org/fhir/R4/datatypes.html#dateTime: a time needs its seconds and its offset. */
const DATE = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$/;
const TIME = /^([01]\d|2[0-3]):([0-5]\d):([0-5]\d|60)(\.\d{1,9})?(Z|[+-](?:0\d|1[0-4]):[0-5]\d)$/;
const MIN_YEAR = 1000;
const MAX_YEAR = 9999;

const PARTIAL = 'a date without day or month became its first day';
const INVALID = 'a date that does not exist or is malformed';

/** A day of the calendar. */
export interface CalendarDay {
  /** `YYYY-MM-DD`. */
  readonly day: string;
  /** Whether the day, or day and month, were not given: then it is the first one. */
  readonly partial: boolean;
}

/** The day that a FHIR `date`, or the date part of a `dateTime`, names; the offset does not move it. */
export function readDay(value: string, note: Note): CalendarDay {
  const date = value.split('T', 1)[0] ?? '';
  const [, year, month = '01', day = '01'] = DATE.exec(date) ?? skip(INVALID);
  const whole = `${year}-${month}-${day}`;
  const partial = date.length < whole.length;
  if (Number(year) < MIN_YEAR || !exists(whole) || (date !== value && partial)) skip(INVALID);
  if (partial) note(PARTIAL);
  return { day: whole, partial };
}

/** The instant that a FHIR `dateTime` or `instant` names, as ISO 8601 UTC; a day without a time is its midnight UTC. */
export function readInstant(value: string, note: Note): string {
  const { day } = readDay(value, note);
  const time = value.slice(value.indexOf('T') + 1);
  if (time === value) return `${day}T00:00:00.000Z`;
  const [, hour, minute, second, fraction = '', offset] = TIME.exec(time) ?? skip(INVALID);
  // A leap second is the next second to JavaScript and to PostgreSQL.
  const leap = second === '60';
  const instant = new Date(
    `${day}T${hour}:${minute}:${leap ? '59' : second}${fraction.slice(0, 4)}${offset}`,
  );
  const utc = new Date(instant.getTime() + (leap ? 1_000 : 0));
  const year = utc.getUTCFullYear();
  return year < MIN_YEAR || year > MAX_YEAR ? skip(INVALID) : utc.toISOString();
}

function exists(day: string): boolean {
  const parsed = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(day);
}
