import { createHash } from 'node:crypto';
import { CacheUsageError } from '../base/errors.js';

declare const canonical: unique symbol;

/**
 * The canonical name of a piece of data, such as `patient:7b1d…`. Only the constructors of this file make one: two
 * spellings of one name would be two tags, of which the triggers bump only one.
 */
export type Tag = string & { readonly [canonical]: true };

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const HASH_LENGTH = 32;
const NAME = /^[a-z][a-z0-9_-]{0,63}$/;

/** The tag that is part of every key: bumping it flushes everything. */
export const EVERYTHING = '*' as Tag;

/**
 * A constructor of tags `<kind>:<uuid>`.
 * @throws {CacheUsageError} when `kind` is no lower-case name
 */
export function uuidTag(kind: string): (id: string) => Tag {
  assertName(kind);
  return (id) => {
    const lower = id.toLowerCase();
    if (!UUID.test(lower)) throw new CacheUsageError('CACHE_TAG_INVALID', `A ${kind} tag needs a uuid.`);
    return `${kind}:${lower}` as Tag;
  };
}

/**
 * A tag for a whole collection, such as `patients`.
 * @throws {CacheUsageError} when `name` is no lower-case name
 */
export function collectionTag(name: string): Tag {
  assertName(name);
  return name as Tag;
}

/**
 * A tag `<kind>-<name>` for any `name`: as it is where it can be part of a tag, else by its hash.
 * @throws {CacheUsageError} when `kind` is no lower-case name
 */
export function nameTag(kind: string, name: string): Tag {
  const plain = `${kind}-${name}`;
  if (NAME.test(plain)) return plain as Tag;
  return collectionTag(`${kind}-h-${createHash('sha256').update(name).digest('hex').slice(0, HASH_LENGTH)}`);
}

/**
 * A tag as an operator or another program wrote it.
 * @throws {CacheUsageError} when it is not in canonical form
 */
export function parseTag(text: string): Tag {
  if (text === EVERYTHING || NAME.test(text)) return text as Tag;
  const [kind = '', id = '', ...rest] = text.split(':');
  if (rest.length > 0) throw new CacheUsageError('CACHE_TAG_INVALID', 'A tag is <name>, <kind>:<uuid> or *.');
  return uuidTag(kind)(id);
}

/** Sorted by code unit, without duplicates, with {@link EVERYTHING} among them. */
export function canonicalTags(tags: readonly Tag[]): readonly Tag[] {
  // The usual case, on the path of every hit: `*` comes before every letter.
  const [only] = tags;
  if (tags.length === 1 && only !== undefined && only > EVERYTHING) return [EVERYTHING, only];
  return [...new Set([EVERYTHING, ...tags])].sort();
}

function assertName(name: string): void {
  if (!NAME.test(name)) {
    throw new CacheUsageError(
      'CACHE_TAG_INVALID',
      'The name of a tag begins with a letter and has a-z, 0-9, _ and - only.',
    );
  }
}
