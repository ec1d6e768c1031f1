import fc from 'fast-check';
import { calendarDate, instant, line, text, uuid } from './validation.js';

const MAX = 10;
const anyText = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom(...' \t\n\r\0\u0007\u007f\ud800\udc00aé\u0301ﬁ') }),
);
const digits = (length: number, max: number) =>
  fc.nat(max).map((number) => String(number).padStart(length, '0'));

describe('every schema', () => {
  it.each([
    ['text', text(MAX)],
    ['line', line(MAX)],
    ['uuid', uuid()],
    ['calendarDate', calendarDate()],
    ['instant', instant()],
  ])('%s of whatever JSON may hold never throws', (_, schema) => {
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), anyText), (value) => {
        expect(typeof schema.safeParse(value).success).toBe('boolean');
      }),
    );
  });
});

describe('text and line', () => {
  it('let through what can be stored and read back, normalised; nothing else', () => {
    fc.assert(
      fc.property(anyText, (value) => {
        const normal = value.normalize('NFC').trim();
        const isText =
          value.isWellFormed() &&
          // eslint-disable-next-line no-control-regex -- these are what is looked for
          !/[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/.test(value) &&
          normal !== '' &&
          [...normal].length <= MAX;

        expect(text(MAX).safeParse(value).data).toBe(isText ? normal : undefined);
        expect(line(MAX).safeParse(value).data).toBe(isText && !/[\t\n\r]/.test(normal) ? normal : undefined);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('uuid', () => {
  it('in any spelling becomes the one in lower case', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.array(fc.boolean(), { minLength: 36, maxLength: 36 }), (id, upper) => {
        const spelled = [...id].map((c, at) => (upper[at] === true ? c.toUpperCase() : c)).join('');

        expect(uuid().parse(spelled)).toBe(id);
      }),
    );
  });
});

describe('calendarDate', () => {
  it('lets through the dates that exist, years 1000 to 9999', () => {
    fc.assert(
      fc.property(digits(4, 9_999), digits(2, 14), digits(2, 33), (year, month, day) => {
        const lastDay = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
        const exists =
          year >= '1000' && month >= '01' && month <= '12' && day >= '01' && Number(day) <= lastDay;

        expect(calendarDate().safeParse(`${year}-${month}-${day}`).success).toBe(exists);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('instant', () => {
  const noon = (offset: string) => `2026-01-31T12:00:00${offset}`;

  it('of any offset becomes the same moment in UTC, to the millisecond', () => {
    const moments = fc.date({
      min: new Date('1000-01-02T00:00:00Z'),
      max: new Date('9999-12-30T00:00:00Z'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(moments, fc.integer({ min: -23 * 60, max: 23 * 60 }), (moment, offsetMinutes) => {
        const local = new Date(moment.getTime() + offsetMinutes * 60_000).toISOString().slice(0, -1);
        const [hours, minutes] = [Math.trunc(Math.abs(offsetMinutes) / 60), Math.abs(offsetMinutes) % 60];
        const offset = `${offsetMinutes < 0 ? '-' : '+'}${String(hours).padStart(2, '0')}:${String(minutes).padStart(2, '0')}`;

        expect(instant().parse(`${local}${offset}`)).toBe(moment.toISOString());
      }),
    );
  });

  it('refuses hours, minutes and seconds that a day does not have', () => {
    fc.assert(
      fc.property(digits(2, 30), digits(2, 70), digits(2, 70), (hour, minute, second) => {
        const exists = hour <= '23' && minute <= '59' && second <= '59';

        expect(instant().safeParse(`2026-01-31T${hour}:${minute}:${second}Z`).success).toBe(exists);
      }),
      { numRuns: 1_000 },
    );
  });

  it.each(['', 'z', '+1:00', '+24:00', '+00:60', '+0100', ' Z', 'Z '])('refuses the offset %j', (offset) => {
    expect(instant().safeParse(noon(offset)).success).toBe(false);
  });
});
