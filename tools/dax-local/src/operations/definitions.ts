import { CborWriter } from '../cbor/cbor-writer.js';
import { DaxFailure, failureOf, FAILURES } from '../protocol/errors.js';
import { UnknownAttributeListError } from '../protocol/unknown-attribute-list-error.js';
import type { KeySchema } from '../protocol/keys.js';
import type { Operation } from './node-context.js';

/** A map of the key's attributes to their types, the hash key first. */
export const defineKeySchema: Operation = async (args, { schemas }) => {
  const table = args.readBytes().toString('utf8');
  let schema: KeySchema;
  try {
    schema = await schemas.get(table);
  } catch (error) {
    const failure = failureOf(error);
    throw failure.name === 'ResourceNotFoundException' ? new DaxFailure(FAILURES.unknownTable(table)) : error;
  }
  const writer = new CborWriter().map(schema.length);
  for (const { name, type } of schema) writer.text(name).text(type);
  return writer.finish();
};

/** The number of a list of names. */
export const defineAttributeListId: Operation = async (args, { lists }) => {
  const names = args.readArray(() => args.readText());
  return new CborWriter().integer(await lists.idOf(names)).finish();
};

/** The list of names behind a number. */
export const defineAttributeList: Operation = (args, { lists }) => {
  const id = args.readInteger();
  const names = lists.namesOf(id);
  if (names === undefined) throw new UnknownAttributeListError(id);
  const writer = new CborWriter().array(names.length);
  for (const name of names) writer.text(name);
  return Promise.resolve(writer.finish());
};
