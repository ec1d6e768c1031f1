import { isDeepStrictEqual } from 'node:util';
import { createContext, runInContext } from 'node:vm';
import fc from 'fast-check';
import { canonicalArguments } from './canonical-arguments.js';
import { CacheUsageError } from '../base/errors.js';

/** Strings that look like the text around them. */
const tokens = fc.constantFrom(
  ...[
    '"',
    '\\',
    '\\"',
    ',',
    ':',
    '[',
    ']',
    '{',
    '}',
    '(',
    ')',
    '#',
    '@',
    '=',
    '~',
    '%',
    ' ',
    '\n',
    '\0',
    '-',
  ],
  ...[
    'u',
    'n',
    'd(',
    'b(',
    'null',
    'true',
    'hole',
    '1',
    '0',
    '\u2028',
    '\ud800',
    '\udc00',
    'é',
    'e\u0301',
    'K',
    '\u212a',
  ],
);
const texts = fc.array(tokens, { maxLength: 3 }).map((parts) => parts.join(''));
const values = fc.letrec<{ any: unknown }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 3 },
    texts,
    fc.constantFrom(null, undefined, true, false, 0, -0, 1, NaN, Infinity, 1n, 0n, -1n, 1.5, 1e21),
    fc.constantFrom(new Date(0), new Date(1), new Date(NaN), Buffer.from(''), Buffer.from('1')),
    fc.array(tie('any'), { maxLength: 3 }),
    fc.sparseArray(tie('any'), { maxLength: 2 }),
    fc.dictionary(texts, tie('any'), { maxKeys: 3, noNullPrototype: true }),
  ),
})).any;

describe('canonicalArguments', () => {
  it('of different arguments, makes different texts', () => {
    fc.assert(
      fc.property(values, values, (one, other) => {
        fc.pre(!isDeepStrictEqual(one, other));
        expect(canonicalArguments([one])).not.toBe(canonicalArguments([other]));
      }),
      { numRuns: 5_000 },
    );
  });

  it('of the same arguments split otherwise, makes different texts', () => {
    fc.assert(
      fc.property(fc.array(texts, { maxLength: 3 }), fc.array(texts, { maxLength: 3 }), (one, other) => {
        fc.pre(!isDeepStrictEqual(one, other));
        expect(canonicalArguments(one)).not.toBe(canonicalArguments(other));
      }),
      { numRuns: 5_000 },
    );
  });

  it('of a copy of the arguments with its fields in another order, makes the same text', () => {
    fc.assert(
      fc.property(fc.dictionary(texts, values), fc.func(fc.integer()), (object, rank) => {
        const fields = Object.entries(structuredClone(object)).sort(([a], [b]) => rank(a) - rank(b));
        expect(canonicalArguments([Object.fromEntries(fields)])).toBe(canonicalArguments([object]));
      }),
    );
  });

  it('makes no line break and no lone surrogate, whatever is in a string', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), texts, (text, name) => {
        const made = canonicalArguments([text, { [name]: name }]);
        expect(made).not.toMatch(/[\n\r\0]/);
        expect(made.isWellFormed()).toBe(true);
      }),
    );
  });

  it.each<[string, unknown, unknown]>([
    ['a number and its text', 1, '1'],
    ['a bigint and a number', 1n, 1],
    ['null and undefined', null, undefined],
    ['null and its text', null, 'null'],
    ['zero and minus zero', 0, -0],
    ['a date and its text', new Date(0), 'd(0)'],
    ['a date and its time', new Date(0), 0],
    ['bytes and their text', Buffer.from('a'), 'a'],
    ['bytes and an array of numbers', Buffer.from([1]), [1]],
    ['an array and an object', ['a'], { 0: 'a' }],
    ['a missing field and an undefined one', {}, { a: undefined }],
    ['an empty array and one with a hole', [], new Array(1)],
    ['a hole and undefined', new Array(1), [undefined]],
    ['a composed and a decomposed letter', '\u00e9', 'e\u0301'],
    ['an own field __proto__ and none', JSON.parse('{"__proto__":1}'), {}],
  ])('tells apart %s', (_what, one, other) => {
    expect(canonicalArguments([one])).not.toBe(canonicalArguments([other]));
  });

  it('takes what a router makes: objects of no class, with or without a prototype', () => {
    const Empty = function () {} as unknown as new () => Record<string, string>;
    Empty.prototype = Object.create(null) as object;
    const params = Object.assign(new Empty(), { id: '7' });
    const bare = Object.assign(Object.create(null) as object, { id: '7' });
    const foreign: unknown = runInContext('({ id: "7" })', createContext());
    for (const object of [params, bare, foreign]) {
      expect(canonicalArguments([object])).toBe('[{"id":"7"}]');
    }
  });

  it('takes one object twice', () => {
    const shared = { a: 1 };
    expect(canonicalArguments([shared, shared, [shared]])).toBe('[{"a":1},{"a":1},[{"a":1}]]');
  });

  it.each<[string, () => unknown]>([
    ['got a function', () => () => 'secret'],
    ['got a symbol', () => Symbol('secret')],
    ['got a symbol', () => ({ [Symbol('secret')]: 1 })],
    ['got an instance of Map', () => new Map([['secret', 1]])],
    ['got an instance of String', () => new String('secret')],
    ['got an instance of Thing', () => new (class Thing {})()],
    [
      'must not contain themselves',
      () => {
        const cycle: unknown[] = [];
        cycle.push({ cycle });
        return cycle;
      },
    ],
    ['or be nested over 64 deep', () => Array.from({ length: 10_000 }).reduce((inner) => [inner], 1)],
  ])('refuses what cannot be part of a key, and names the function: %s', (reason, make) => {
    const call = () => canonicalArguments([make()], 'memoize "names"');
    expect(call).toThrow(CacheUsageError);
    expect(call).toThrow(expect.objectContaining({ code: 'CACHE_ARGUMENTS_INVALID' }) as Error);
    expect(call).toThrow(/^memoize "names": arguments /);
    expect(call).toThrow(reason);
    expect(call).not.toThrow(/secret/);
  });
});
