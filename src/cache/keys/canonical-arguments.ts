import { types } from 'node:util';
import { CacheUsageError } from '../base/errors.js';
import { describeKind } from '../base/option-checks.js';

const MAX_DEPTH = 64;

/**
 * One text for equal arguments, and different texts for different ones: field names sorted, types told apart
 * (`1`, `"1"`, `1n`, `null`, `undefined`, `-0`, dates, bytes), and every string quoted, so that none can look like
 * anything else. It has no line break: JSON escapes control characters, and lone surrogates too.
 * @param of names the route or function, for the error
 * @throws {CacheUsageError} `CACHE_ARGUMENTS_INVALID` for functions, symbols, cycles, and objects of classes that have no
 *   canonical form
 */
export function canonicalArguments(args: readonly unknown[], of = 'A cached call'): string {
  try {
    return canonical(args, 0);
  } catch (error) {
    if (!(error instanceof NotCanonical)) throw error;
    throw new CacheUsageError('CACHE_ARGUMENTS_INVALID', `${of}: arguments ${error.message}.`);
  }
}

/** Its message goes on after "arguments". */
class NotCanonical extends Error {}

function canonical(value: unknown, depth: number): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'bigint':
      return `${value}n`;
    case 'undefined':
      return 'u';
    case 'function':
    case 'symbol':
      throw refused(value);
    case 'object':
      return value === null ? 'null' : canonicalObject(value, depth);
  }
}

function canonicalObject(value: object, depth: number): string {
  if (types.isDate(value)) return `d(${value.getTime()})`;
  if (types.isUint8Array(value)) return `b(${Buffer.from(value).toString('base64')})`;
  if (depth === MAX_DEPTH) {
    throw new NotCanonical(`must not contain themselves, or be nested over ${MAX_DEPTH} deep`);
  }
  return Array.isArray(value) ? canonicalArray(value, depth + 1) : canonicalFields(value, depth + 1);
}

function canonicalArray(array: readonly unknown[], depth: number): string {
  let text = '[';
  for (let index = 0; index < array.length; index++) {
    if (index > 0) text += ',';
    const item = array[index];
    text += item === undefined && !(index in array) ? 'hole' : canonical(item, depth);
  }
  return `${text}]`;
}

function canonicalFields(object: object, depth: number): string {
  if (!isPlain(object)) throw refused(object);
  const [symbol] = Object.getOwnPropertySymbols(object);
  if (symbol !== undefined) throw refused(symbol);
  let text = '{';
  for (const name of Object.keys(object).sort()) {
    if (text.length > 1) text += ',';
    text += `${JSON.stringify(name)}:${canonical((object as Record<string, unknown>)[name], depth)}`;
  }
  return `${text}}`;
}

/** Also those that routers make: their prototype is empty, and has none itself. Instances of classes are not. */
function isPlain(object: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(object);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function refused(value: unknown): NotCanonical {
  const allowed = 'text, numbers, booleans, null, plain objects, arrays, dates and bytes';
  return new NotCanonical(`can be ${allowed}; got ${describeKind(value)}`);
}
