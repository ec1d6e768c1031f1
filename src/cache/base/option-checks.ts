import { CacheUsageError } from './errors.js';

/** What errors call the cache as a whole. */
export const THE_CACHE = 'The cache';

/** What an option must be: in words, which go on after "must be", and as a check. */
export interface OptionRule {
  readonly expected: string;
  readonly accepts: (value: unknown) => boolean;
}

/** A rule for every option of `Options`: one that is added there without a rule does not compile. */
export type OptionRules<Options> = Readonly<Record<keyof Required<Options> & string, OptionRule>>;

export const TEXT: OptionRule = {
  expected: 'text that is not empty',
  accepts: (value) => typeof value === 'string' && value !== '',
};
export const TEXTS: OptionRule = {
  expected: 'an array of texts',
  accepts: (value) => Array.isArray(value) && value.every((item) => typeof item === 'string'),
};
export const FUNCTION: OptionRule = {
  expected: 'a function',
  accepts: (value) => typeof value === 'function',
};
export const BOOLEAN: OptionRule = {
  expected: 'true or false',
  accepts: (value) => typeof value === 'boolean',
};
export const OBJECT: OptionRule = {
  expected: 'an object',
  accepts: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
};
export const POSITIVE_INTEGER: OptionRule = {
  expected: 'a whole number above zero',
  accepts: (value) => Number.isSafeInteger(value) && (value as number) > 0,
};
export const WHOLE_NUMBER: OptionRule = {
  expected: 'zero or a whole number above it',
  accepts: (value) => value === 0 || POSITIVE_INTEGER.accepts(value),
};
export const POSITIVE_NUMBER: OptionRule = {
  expected: 'a number above zero',
  accepts: (value) => typeof value === 'number' && value > 0,
};

/** One of several texts, such as `"strong" or "bounded"`. */
export function oneOf(...texts: readonly string[]): OptionRule {
  const quoted = texts.map((text) => `"${text}"`);
  return {
    expected: [quoted.slice(0, -1).join(', '), quoted.at(-1)].filter(Boolean).join(' or '),
    accepts: (value) => texts.some((text) => text === value),
  };
}

/** Text of one form. */
export function matching(form: RegExp, expected: string): OptionRule {
  return { expected, accepts: (value) => typeof value === 'string' && form.test(value) };
}

/** As `rule`, or left out. */
export function optional({ expected, accepts }: OptionRule): OptionRule {
  return { expected, accepts: (value) => value === undefined || accepts(value) };
}

/** As `rule`, or false. */
export function orFalse({ expected, accepts }: OptionRule): OptionRule {
  return { expected: `${expected} or false`, accepts: (value) => value === false || accepts(value) };
}

/** Must be left out, `when`. */
export function absent(when: string): OptionRule {
  return { expected: `left out ${when}`, accepts: (value) => value === undefined };
}

/**
 * Checks all options of one thing.
 * @param of names the thing: a route, a function, a store
 * @param prefix where the options are those of an option: its name with a dot
 * @throws {CacheUsageError} naming the first option that is unknown, or is not as its rule says; never its value
 */
export function checkOptions(
  of: string,
  options: unknown,
  rules: Readonly<Record<string, OptionRule>>,
  prefix = '',
): void {
  if (!OBJECT.accepts(options)) {
    if (prefix !== '') throw invalidOption(of, prefix.slice(0, -1), OBJECT.expected, options);
    throw invalid(`${of}: the options must be ${OBJECT.expected}; got ${describeKind(options)}.`);
  }
  const values = options as Readonly<Record<string, unknown>>;
  const unknown = Object.keys(values).find((name) => !Object.hasOwn(rules, name));
  if (unknown !== undefined) {
    const known = Object.keys(rules).sort().join(', ');
    throw invalid(`${of}: there is no option "${prefix}${unknown}"; the options are ${known}.`);
  }
  for (const [name, { expected, accepts }] of Object.entries(rules)) {
    if (!accepts(values[name])) throw invalidOption(of, `${prefix}${name}`, expected, values[name]);
  }
}

/** The error for one option of `of` that must be `expected`, and is `value`, which is described and not quoted. */
export function invalidOption(of: string, option: string, expected: string, value: unknown): CacheUsageError {
  return invalid(`${of}: option "${option}" must be ${expected}; got ${describeKind(value)}.`);
}

/**
 * What kind of thing `value` is, for messages that must not quote it: `a number`, `text`, `an array of 3`,
 * `an instance of Map`.
 */
export function describeKind(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return value === '' ? 'empty text' : 'text';
    case 'number':
      return describeNumber(value);
    case 'undefined':
      return 'undefined';
    case 'object':
      return value === null ? 'null' : describeObject(value);
    case 'bigint':
    case 'boolean':
    case 'function':
    case 'symbol':
      return `a ${typeof value}`;
  }
}

function describeNumber(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return 'an infinite number';
  if (value === 0) return 'zero';
  if (value < 0) return 'a negative number';
  return Number.isInteger(value) ? 'a number' : 'a fraction';
}

/** The class comes from the prototype: a field called `constructor` is data. */
function describeObject(value: object): string {
  if (Array.isArray(value)) return value.length === 0 ? 'an empty array' : `an array of ${value.length}`;
  const prototype = Object.getPrototypeOf(value) as { readonly constructor?: unknown } | null;
  const name = typeof prototype?.constructor === 'function' ? prototype.constructor.name : '';
  return name === '' || name === 'Object' ? 'an object' : `an instance of ${name}`;
}

function invalid(message: string): CacheUsageError {
  return new CacheUsageError('CACHE_OPTIONS_INVALID', message);
}
