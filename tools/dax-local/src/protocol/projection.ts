import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { CborWriter } from '../cbor/cbor-writer.js';
import { writeValue, type Item } from './attribute-value.js';
import type { Path } from './expression-nodes.js';

/**
 * A projected item: a map of the ordinal of each path to its value; paths that lead nowhere are left out. It is cut from
 * the whole item, because DynamoDB closes the gaps of lists, so an index cannot be found again in what it projects.
 */
export function encodeProjected(item: Item, paths: readonly Path[]): Buffer {
  const found = paths.flatMap((path, ordinal) => {
    const value = follow(item, path);
    return value === undefined ? [] : [{ ordinal, value }];
  });
  const writer = new CborWriter().map(found.length);
  for (const { ordinal, value } of found) writeValue(writer.integer(ordinal), value);
  return writer.finish();
}

function follow(item: Item, path: Path): AttributeValue | undefined {
  let value: AttributeValue | undefined = { M: item };
  for (const element of path) {
    if (typeof element === 'number') value = value?.L?.[element];
    else value = value?.M && Object.hasOwn(value.M, element) ? value.M[element] : undefined;
  }
  return value;
}

/**
 * True when DynamoDB refuses the projection: paths that lead into each other, that take one value for a map and a list,
 * or that go into an attribute of a key.
 */
export function isRefused(paths: readonly Path[], keyAttributes: ReadonlySet<string>): boolean {
  return paths.some(
    (path, at) =>
      (path.length > 1 && keyAttributes.has(String(path[0]))) ||
      paths.slice(at + 1).some((other) => conflicts(path, other)),
  );
}

function conflicts(path: Path, other: Path): boolean {
  const depth = path.findIndex((element, at) => other[at] !== element);
  if (depth === -1 || depth >= other.length) return true;
  return typeof path[depth] !== typeof other[depth];
}

/** The names at the front of the paths: what has to be fetched to follow them. */
export function topLevelNames(paths: readonly Path[]): string[] {
  return [...new Set(paths.map(([first]) => String(first)))];
}
