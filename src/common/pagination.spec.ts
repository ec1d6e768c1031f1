import fc from 'fast-check';
import { z } from 'zod';
import { AppError } from './errors/app-error.js';
import { PageQuery } from './pagination.dto.js';
import { CursorCodec, toPage } from './pagination.js';

const codec = new CursorCodec('people', z.tuple([z.string(), z.string()]));

const wellFormed = fc.string({ unit: 'binary' });
const position = fc.tuple(wellFormed, wellFormed);
const selection = fc.array(wellFormed, { maxLength: 3 });

/** What `work` throws; undefined when it throws nothing. */
function thrownBy(work: () => unknown): unknown {
  try {
    work();
    return undefined;
  } catch (error) {
    return error;
  }
}

function expectRefused(error: unknown): void {
  expect(error).toBeInstanceOf(AppError);
  expect(error).toMatchObject({ code: 'REQUEST_INVALID', errors: [{ field: 'cursor' }] });
}

describe('CursorCodec', () => {
  it('decode gives back what encode was given, from a text that needs no escaping in an address', () => {
    fc.assert(
      fc.property(selection, position, (list, keys) => {
        const cursor = codec.encode(list, keys);

        expect(cursor).toMatch(/^[A-Za-z0-9_-]+$/);
        expect(codec.decode(list, cursor)).toEqual(keys);
      }),
    );
  });

  it('decode without a cursor is undefined', () => {
    expect(codec.decode([], undefined)).toBeUndefined();
  });

  it('decode refuses any text that encode did not make', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), wellFormed, fc.base64String()), (text) => {
        expectRefused(thrownBy(() => codec.decode([], text)));
      }),
    );
  });

  it('decode refuses a cursor after any change of one character, a cut or an addition', () => {
    const change = fc.oneof(
      fc.record({ kind: fc.constant('replace'), text: fc.string({ minLength: 1, maxLength: 1 }) }),
      fc.record({ kind: fc.constant('cut'), text: fc.constant('') }),
      fc.record({ kind: fc.constant('add'), text: fc.string({ minLength: 1 }) }),
    );
    fc.assert(
      fc.property(selection, position, fc.nat(), change, (list, keys, at, { kind, text }) => {
        const cursor = codec.encode(list, keys);
        const index = at % cursor.length;
        const changed = cursor.slice(0, index) + text + cursor.slice(index + (kind === 'add' ? 0 : 1));
        fc.pre(changed !== cursor);

        expectRefused(thrownBy(() => codec.decode(list, changed)));
      }),
    );
  });

  it('decode refuses a cursor of another list: kind or selection', () => {
    const another = new CursorCodec('others', z.tuple([z.string(), z.string()]));
    fc.assert(
      fc.property(selection, selection, position, (list, other, keys) => {
        fc.pre(JSON.stringify(list) !== JSON.stringify(other));
        const cursor = codec.encode(list, keys);

        expectRefused(thrownBy(() => codec.decode(other, cursor)));
        expectRefused(thrownBy(() => another.decode(list, cursor)));
      }),
    );
  });

  it('decode refuses a forged position that the list does not have', () => {
    const loose = new CursorCodec('people', z.custom<string[]>());

    for (const forged of [[], ['a'], ['a', 'b', 'c'], [1, 2], 'ab', null, { 0: 'a', 1: 'b' }]) {
      const cursor = loose.encode([], forged as string[]);
      expectRefused(thrownBy(() => codec.decode([], cursor)));
    }
  });
});

describe('toPage', () => {
  const page = (rows: string[], limit: number) =>
    toPage(
      rows,
      limit,
      (row) => row.toUpperCase(),
      (row) => `after ${row}`,
    );

  it.each([
    [[], 2, { items: [], nextCursor: null }],
    [['a'], 2, { items: ['A'], nextCursor: null }],
    [['a', 'b'], 2, { items: ['A', 'B'], nextCursor: null }],
    [['a', 'b', 'c'], 2, { items: ['A', 'B'], nextCursor: 'after b' }],
  ])('of %j with limit %i', (rows, limit, expected) => {
    expect(page(rows, limit)).toEqual(expected);
  });
});

describe('PageQuery', () => {
  it.each([
    [{}, { limit: 20 }],
    [{ limit: '1' }, { limit: 1 }],
    [
      { limit: '100', cursor: 'x' },
      { limit: 100, cursor: 'x' },
    ],
    [{ limit: '007' }, { limit: 7 }],
  ])('%j is %j', (query, expected) => {
    expect(PageQuery.parse(query)).toEqual(expected);
  });

  it('takes no limit but 1 to 100 in plain digits', () => {
    const text = fc.oneof(
      fc.string(),
      fc.integer().map(String),
      fc.float().map(String),
      fc.nat(200).map(String),
    );
    fc.assert(
      fc.property(text, (limit) => {
        const isValid = /^[0-9]{1,9}$/.test(limit) && Number(limit) >= 1 && Number(limit) <= 100;

        expect(PageQuery.safeParse({ limit }).success).toBe(isValid);
      }),
    );
  });
});
