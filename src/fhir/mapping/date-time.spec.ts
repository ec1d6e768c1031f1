import fc from 'fast-check';
import { readDay, readInstant } from './date-time.js';
import { SkipResource, type Note } from './skip.js';

const NONE: Note = () => undefined;

function skips(read: () => unknown): boolean {
  try {
    read();
    return false;
  } catch (error) {
    if (error instanceof SkipResource) return true;
    throw error;
  }
}

describe('readDay', () => {
  it.each([
    ['1984-02-29', '1984-02-29', 0],
    ['1984-02', '1984-02-01', 1],
    ['1984', '1984-01-01', 1],
    ['2012-11-26T23:30:00-11:00', '2012-11-26', 0],
  ])('%s is %s', (value, day, remarks) => {
    const notes: string[] = [];

    expect(readDay(value, (note) => notes.push(note))).toEqual({ day, partial: remarks === 1 });
    expect(notes).toHaveLength(remarks);
  });

  it.each([
    '',
    '2023-02-29',
    '2023-02-30',
    '2023-13-01',
    '2023-00-10',
    '0999-01-01',
    '84',
    '10000-01-01',
    '2023-1-1',
    '2023T10:00:00Z',
  ])('no such day: %j', (value) => {
    expect(skips(() => readDay(value, NONE))).toBe(true);
  });
});

describe('readInstant', () => {
  it.each([
    ['2011-09-02', '2011-09-02T00:00:00.000Z'],
    ['2011', '2011-01-01T00:00:00.000Z'],
    ['2011-09-02T10:35:11+02:00', '2011-09-02T08:35:11.000Z'],
    ['2011-09-02T10:35:11.3679Z', '2011-09-02T10:35:11.367Z'],
    ['2016-12-31T23:59:60Z', '2017-01-01T00:00:00.000Z'],
    ['2011-12-31T23:00:00-14:00', '2012-01-01T13:00:00.000Z'],
  ])('%s is %s', (value, instant) => {
    expect(readInstant(value, NONE)).toBe(instant);
  });

  it.each([
    '2011-09-02T10:35:11',
    '2011-09-02T10:35Z',
    '2011-09-02T24:00:00Z',
    '2011-09-02T10:60:00Z',
    '2011-09T10:00:00Z',
    '2011-02-29T10:00:00Z',
    '2011-09-02 10:35:11Z',
    '2011-09-02T',
    '1000-01-01T00:00:00+14:00',
    '9999-12-31T23:59:60Z',
  ])('no such time: %s', (value) => {
    expect(skips(() => readInstant(value, NONE))).toBe(true);
  });

  it('any instant, written with any offset, is read back', () => {
    const date = fc.date({ min: new Date('1001-01-01'), max: new Date('9998-12-31'), noInvalidDate: true });
    fc.assert(
      fc.property(date, fc.integer({ min: -14 * 60, max: 14 * 60 }), (instant, offset) => {
        const local = new Date(instant.getTime() + offset * 60_000).toISOString().slice(0, -1);
        const hours = String(Math.floor(Math.abs(offset) / 60)).padStart(2, '0');
        const minutes = String(Math.abs(offset) % 60).padStart(2, '0');

        const written = `${local}${offset < 0 ? '-' : '+'}${hours}:${minutes}`;
        expect(readInstant(written, NONE)).toBe(instant.toISOString());
      }),
    );
  });

  it('any text gives an instant that exists, or is skipped', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)$/)),
        (value) => {
          if (skips(() => readInstant(value, NONE))) return;
          expect(new Date(readInstant(value, NONE)).toISOString()).toMatch(/^[1-9]\d{3}-/);
        },
      ),
    );
  });
});
