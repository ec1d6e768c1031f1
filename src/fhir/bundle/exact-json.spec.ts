import fc from 'fast-check';
import { JsonNumber, parseExactJson } from './exact-json.js';

const SOURCES = [
  '7.10',
  '0.0',
  '-0',
  '1E3',
  '1e-07',
  '28.104000000000003',
  '12345678901234567890.10',
  '1e999',
];

/** What JSON.parse gives, with numbers in the place of our own. */
const plain = (value: unknown): unknown => {
  if (value instanceof JsonNumber) return Number(value.source);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, plain(member)]));
};

describe('parseExactJson', () => {
  it.each(SOURCES)('%s keeps every digit', (source) => {
    expect(parseExactJson(`{"value":[${source}, ${source} ]}`)).toEqual({
      value: [new JsonNumber(source), new JsonNumber(source)],
    });
    expect(parseExactJson(source)).toEqual(new JsonNumber(source));
  });

  it('all else is as JSON.parse has it, however it is written', () => {
    const text = fc.string({
      unit: fc.constantFrom('"', '\\', 'a', '{', ']', ',', ':', '\n', '\u2028', '🩺', '\ud800', '1'),
    });
    // Nothing in a key that JSON escapes: JSON.parse of Node 24 may take such a key for one of an earlier object.
    const name = fc.string({ unit: fc.constantFrom('a', '{', ']', ',', ':', '\u2028', '🩺', '1') });
    const value = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        text,
        fc.boolean(),
        fc.constant(null),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.array(tie('value')),
        fc.dictionary(fc.oneof(name, fc.constantFrom('1', '0', 'constructor', '__proto__')), tie('value')),
      ),
    })).value;
    fc.assert(
      fc.property(value, fc.constantFrom(undefined, 1, '\r\n\t'), (given, indent) => {
        const json = JSON.stringify(given, null, indent);
        expect(plain(parseExactJson(json))).toEqual(JSON.parse(json));
      }),
    );
  });

  it('a member called __proto__ is a member', () => {
    const value = parseExactJson('{"__proto__":{"id":"x"}}') as object;

    expect(Object.keys(value)).toEqual(['__proto__']);
    expect('id' in value).toBe(false);
  });

  it('of two members with one name the last one counts', () => {
    expect(parseExactJson('{"a":"1","a":"2"}')).toEqual({ a: '2' });
  });

  it.each(['', '{', '[1,]', '{"a":01}', '{"a":1.}', 'nul', '"\n"', "{'a':1}"])('not JSON: %j', (text) => {
    expect(() => parseExactJson(text)).toThrow(SyntaxError);
  });
});
