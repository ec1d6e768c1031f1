import { CacheUsageError } from '../../src/cache/base/errors.js';

/** Stands in every wrong value: in no message may it be seen. */
export const SECRET = 'marker-s3cret';
const NUMBER = 417_417;
const QUOTED = /marker|s3cret|417/;

class Marked {
  readonly field = SECRET;
}

/** One value of every kind, each with something that would be seen if it were quoted. */
export const KINDS: readonly (readonly [kind: string, value: unknown])[] = [
  ['undefined', undefined],
  ['null', null],
  ['empty text', ''],
  ['text', SECRET],
  ['a boolean', true],
  ['a boolean', false],
  ['zero', 0],
  ['a negative number', -NUMBER],
  ['a fraction', 0.417],
  ['NaN', Number.NaN],
  ['an infinite number', Number.POSITIVE_INFINITY],
  ['a number', NUMBER],
  ['a bigint', BigInt(NUMBER)],
  ['a symbol', Symbol(SECRET)],
  ['a function', () => SECRET],
  ['an empty array', []],
  ['an array of 2', [SECRET, NUMBER]],
  ['an object', { [SECRET]: SECRET }],
  ['an object', { constructor: { name: SECRET } }],
  ['an instance of Marked', new Marked()],
  ['an instance of Map', new Map([[SECRET, NUMBER]])],
];
export const ANY_OBJECT = ['an object', 'an instance of Marked', 'an instance of Map'];
export const DURATION = 'a duration above zero such as 500ms, 30s, 10m, 24h or 7d';
export const COUNT = 'a whole number above zero';
export const NOT_EMPTY = 'text that is not empty';

/** What an option must be, and the kinds of {@link KINDS} that it may be. */
export type Expected = readonly [expected: string, ...kinds: readonly string[]];

export interface Subject {
  /** What errors call it. */
  readonly of: string;
  readonly make: (options: object) => unknown;
  readonly valid: object;
  /** False: what is right cannot be made in a unit test. */
  readonly isMade?: false;
  /** By name, with a dot where an option is one of an option. */
  readonly options: Readonly<Record<string, Expected>>;
}

/** Tests that whatever is wrong in the options of `subjects` is refused by name, and never quoted. */
export function describeWrongOptions(subjects: Readonly<Record<string, Subject>>): void {
  const named = Object.entries(subjects);
  const options = named.flatMap(([title, subject]) =>
    Object.entries(subject.options).map(([option, expected]) => ({ title, option, subject, expected })),
  );

  describe('a wrong option', () => {
    it.each(options)(
      '$title, $option: is refused by name, with what it must be and what came, never the value',
      async ({ option, subject: { of, make, valid }, expected: [expected, ...allowed] }) => {
        for (const [kind, value] of KINDS) {
          // `true` is of a kind with `false`, which some options may be.
          const isTaken = value === true ? expected === 'true or false' : allowed.includes(kind);
          if (isTaken) continue;
          const error = await failureOf(make, withOption(valid, option, value));

          expect(error).toBeInstanceOf(CacheUsageError);
          expect(error).toMatchObject({
            code: 'CACHE_OPTIONS_INVALID',
            message: `${of}: option "${written(option)}" must be ${expected}; got ${kind}.`,
          });
          expect((error as Error).message).not.toMatch(QUOTED);
        }
      },
    );

    it.each(named.filter(([, { isMade }]) => isMade !== false))(
      '%s: what is right is taken',
      async (_, { make, valid }) => {
        expect(await failureOf(make, valid)).toBeUndefined();
      },
    );

    it.each(named)('%s: an option that does not exist is refused', async (_, subject) => {
      const { of, make, valid } = subject;
      for (const name of ['tag', 'staleIfErrors', 'localMaxByte']) {
        const error = await failureOf(make, { ...valid, [name]: SECRET });

        expect(error).toMatchObject({ code: 'CACHE_OPTIONS_INVALID' });
        expect((error as Error).message).toContain(
          `${of === 'memoize' ? 'memoize "names"' : of}: there is no option "${name}"; the options are `,
        );
        expect((error as Error).message).not.toMatch(QUOTED);
      }
    });

    it.each(named)('%s: no options are refused', async (_, { make }) => {
      for (const [, value] of KINDS.filter(([kind]) => !ANY_OBJECT.includes(kind) && kind !== 'undefined')) {
        const error = await failureOf(make, value as object);

        expect(error).toBeInstanceOf(CacheUsageError);
        expect((error as Error).message).not.toMatch(QUOTED);
      }
    });
  });
}

/** Tests that values which are of the right kind, and wrong, are refused as well: subject, option, value. */
export function describeWrongValues(
  subjects: Readonly<Record<string, Subject>>,
  values: readonly (readonly [string, string, unknown])[],
): void {
  it.each(values)(
    '%s, %s, of the right kind but wrong: refused, and not quoted',
    async (title, option, value) => {
      const { of, make, valid } = subjects[title] as Subject;
      const error = await failureOf(make, withOption(valid, option, value));

      expect(error).toMatchObject({ code: 'CACHE_OPTIONS_INVALID' });
      expect((error as Error).message).toContain(`${of}: option "${written(option)}" must be `);
      expect((error as Error).message).not.toMatch(QUOTED);
    },
  );
}

async function failureOf(make: Subject['make'], options: object): Promise<unknown> {
  try {
    await make(options);
    return undefined;
  } catch (error) {
    return error;
  }
}

/** A copy of `options` with `value` at `path`. */
function withOption(options: object, path: string, value: unknown): object {
  const [name = '', ...rest] = path.split('.');
  const inner = (options as Record<string, object | undefined>)[name] ?? {};
  const changed = rest.length === 0 ? value : withOption(inner, rest.join('.'), value);
  return Array.isArray(options)
    ? options.map((one: unknown, index) => (String(index) === name ? changed : one))
    : { ...options, [name]: changed };
}

/** As errors write it: `keys.0.id` is `keys[0].id`. */
function written(option: string): string {
  return option.replace(/\.(\d+)/g, '[$1]');
}
