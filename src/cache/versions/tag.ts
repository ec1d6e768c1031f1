import { createHash } from 'node:crypto';
import { CacheUsageError } from '../base/errors.js';
import { describeKind } from '../base/option-checks.js';

declare const canonical: unique symbol;

/**
 * The canonical name of a piece of data, such as `patient:7b1d…`. Only the constructors of this file make one: two
 * spellings of one name would be two tags, of which the triggers bump only one.
 */
export type Tag = string & { readonly [canonical]: true };

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const HASH_LENGTH = 32;
const NAME = /^[a-z][a-z0-9_-]{0,63}$/;
const NAME_FORM = 'a name of a-z, 0-9, _ and - that begins with a letter and has at most 64 characters';

/** The tag that is part of every key: bumping it flushes everything. */
export const EVERYTHING = '*' as Tag;

/**
 * A constructor of tags `<kind>:<uuid>`.
 * @throws {CacheUsageError} when `kind` is no lower-case name
 */
export function uuidTag(kind: string): (id: string) => Tag {
  assertName('uuidTag', kind);
  return (id) => uuidTagOf(kind, id) ?? refuse(`uuidTag("${kind}")`, 'a uuid', id);
}

/**
 * A tag for a whole collection, such as `patients`.
 * @throws {CacheUsageError} when `name` is no lower-case name
 */
export function collectionTag(name: string): Tag {
  assertName('collectionTag', name);
  return name as Tag;
}

/**
 * A tag `<kind>-<name>` for any `name`: as it is where it can be part of a tag, else by its hash.
 * @throws {CacheUsageError} when `kind` is no lower-case name
 */
export function nameTag(kind: string, name: string): Tag {
  const plain = `${kind}-${name}`;
  if (isName(kind) && isName(plain)) return plain as Tag;
  const hashed = `${kind}-h-${createHash('sha256').update(name).digest('hex').slice(0, HASH_LENGTH)}`;
  if (!isName(kind) || !isName(hashed)) refuse('nameTag', NAME_FORM, kind);
  return hashed as Tag;
}

/**
 * A tag as an operator or another program wrote it.
 * @throws {CacheUsageError} when it is not in canonical form
 */
export function parseTag(text: string): Tag {
  if (text === EVERYTHING || isName(text)) return text as Tag;
  const [kind, id, ...rest] = String(text).split(':');
  const tag = rest.length === 0 && isName(kind) ? uuidTagOf(kind, id) : undefined;
  return tag ?? refuse('parseTag', '<name>, <kind>:<uuid> or *', text);
}

/** Sorted by code unit, without duplicates, with {@link EVERYTHING} among them. */
export function canonicalTags(tags: readonly Tag[]): readonly Tag[] {
  // The usual case, on the path of every hit: `*` comes before every letter.
  const [only] = tags;
  if (tags.length === 1 && only !== undefined && only > EVERYTHING) return [EVERYTHING, only];
  return [...new Set([EVERYTHING, ...tags])].sort();
}

function assertName(constructor: string, name: unknown): void {
  if (!isName(name)) refuse(constructor, NAME_FORM, name);
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && NAME.test(value);
}

function uuidTagOf(kind: string, id: unknown): Tag | undefined {
  const lower = typeof id === 'string' ? id.toLowerCase() : '';
  return UUID.test(lower) ? (`${kind}:${lower}` as Tag) : undefined;
}

/** Text that is no tag may be data: it is described, and not quoted. */
function refuse(constructor: string, expected: string, value: unknown): never {
  throw new CacheUsageError(
    'CACHE_TAG_INVALID',
    `${constructor} must be given ${expected}; got ${describeKind(value)}.`,
  );
}
