import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { CborError } from '../cbor/cbor-error.js';
import { readNumber, writeNumber } from '../cbor/cbor-number.js';
import { CborReader } from '../cbor/cbor-reader.js';
import { CborWriter } from '../cbor/cbor-writer.js';
import { isUtf8 } from 'node:buffer';
import { readAttributes, writeValue, type Item } from './attribute-value.js';
import { decodeLexDecimal, encodeLexDecimal } from './lex-decimal.js';

export type KeyType = 'S' | 'N' | 'B';

/** The key attributes of a table: the hash key, then the range key if there is one. */
export type KeySchema = readonly { readonly name: string; readonly type: KeyType }[];

/** A key as the client writes it. @throws {CborError} */
export function decodeKey(bytes: Buffer, schema: KeySchema): Item {
  const [hash, range] = schema;
  if (hash === undefined) throw new CborError('a table without key');
  if (range === undefined) return { [hash.name]: decodeBare(bytes, hash.type, 'cbor') };
  const reader = new CborReader(bytes);
  const hashValue = decodeHash(reader, hash.type);
  return { [hash.name]: hashValue, [range.name]: decodeBare(reader.readRest(), range.type, 'lexical') };
}

function decodeHash(reader: CborReader, type: KeyType): AttributeValue {
  if (type === 'S') return { S: reader.readText() };
  return type === 'N' ? { N: readNumber(reader) } : { B: reader.readBytes() };
}

/** A value without head, to the end of the key. */
function decodeBare(bytes: Buffer, type: KeyType, numbers: 'cbor' | 'lexical'): AttributeValue {
  if (type === 'B') return { B: bytes };
  if (type === 'N')
    return { N: numbers === 'lexical' ? decodeLexDecimal(bytes) : readNumber(new CborReader(bytes)) };
  if (!isUtf8(bytes)) throw new CborError('a key that is no UTF-8');
  return { S: bytes.toString('utf8') };
}

/**
 * The key of an item as bytes. Equal keys have equal bytes, whatever form their numbers have; other attributes of `item`
 * are ignored.
 * @throws {TypeError} when the item lacks a key attribute
 */
export function encodeKey(item: Item, schema: KeySchema): Buffer {
  const [hash, range] = schema;
  const hashValue = hash && item[hash.name];
  if (hashValue === undefined) throw new TypeError('an item without its key');
  const writer = new CborWriter();
  if (range === undefined) return writeBare(writer, hashValue, 'cbor').finish();
  writeValue(writer, hashValue);
  const rangeValue = item[range.name];
  if (rangeValue === undefined) throw new TypeError('an item without its range key');
  return writeBare(writer, rangeValue, 'lexical').finish();
}

function writeBare(writer: CborWriter, value: AttributeValue, numbers: 'cbor' | 'lexical'): CborWriter {
  if (value.S !== undefined) return writer.raw(Buffer.from(value.S, 'utf8'));
  if (value.B !== undefined) return writer.raw(value.B);
  if (value.N === undefined) throw new TypeError('a key of no key type');
  if (numbers === 'lexical') return writer.raw(encodeLexDecimal(value.N));
  writeNumber(writer, value.N);
  return writer;
}

/** Start and last keys on an index carry names, since they hold more than the table's key. */
export function decodeCompoundKey(bytes: Buffer): Item {
  return readAttributes(new CborReader(bytes));
}

/** The map is of indefinite length: AWS's client for Go takes no other. */
export function encodeCompoundKey(key: Item): Buffer {
  const writer = new CborWriter().indefiniteMap();
  for (const [name, value] of Object.entries(key)) writeValue(writer.text(name), value);
  return writer.break().finish();
}
