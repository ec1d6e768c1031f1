import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { CborReader } from '../cbor/cbor-reader.js';
import { CborWriter } from '../cbor/cbor-writer.js';
import { readValue, writeValue, type Item } from './attribute-value.js';
import type { AttributeLists } from './attribute-lists.js';
import type { KeySchema } from './keys.js';
import { UnknownAttributeListError } from './unknown-attribute-list-error.js';

/**
 * An item without its key, as the protocol carries it: the id of its list of names, then the values in that order.
 */
export async function encodeValues(item: Item, schema: KeySchema, lists: AttributeLists): Promise<Buffer> {
  const names = Object.keys(item)
    .filter((name) => schema.every((key) => key.name !== name))
    .sort();
  const writer = new CborWriter().integer(await lists.idOf(names));
  for (const name of names) writeValue(writer, item[name] as AttributeValue);
  return writer.finish();
}

/** The attributes that {@link encodeValues} wrote. @throws {UnknownAttributeListError} */
export function decodeValues(bytes: Buffer, lists: AttributeLists): Item {
  const reader = new CborReader(bytes);
  const id = reader.readInteger();
  const names = lists.namesOf(id);
  if (names === undefined) throw new UnknownAttributeListError(id);
  return Object.fromEntries(names.map((name) => [name, readValue(reader)]));
}

/** What an update changed: the id of a list of names, then a map of positions to values. */
export async function encodeUpdated(attributes: Item, lists: AttributeLists): Promise<Buffer> {
  const names = Object.keys(attributes).sort();
  const writer = new CborWriter().integer(await lists.idOf(names)).map(names.length);
  names.forEach((name, position) => writeValue(writer.integer(position), attributes[name] as AttributeValue));
  return writer.finish();
}
