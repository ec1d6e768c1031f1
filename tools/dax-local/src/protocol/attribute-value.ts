import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { readNumber, readTagged, writeNumber } from '../cbor/cbor-number.js';
import type { CborReader } from '../cbor/cbor-reader.js';
import type { CborWriter } from '../cbor/cbor-writer.js';
import { BYTE, MAJOR, TAG } from '../cbor/heads.js';

/** Attributes by name, in DynamoDB's marshalled form. */
export type Item = Record<string, AttributeValue>;

/** Any attribute value. Binary is a view on what is read. @throws {CborError} */
export function readValue(reader: CborReader): AttributeValue {
  switch (reader.peekMajor()) {
    case MAJOR.text:
      return { S: reader.readText() };
    case MAJOR.bytes:
      return { B: reader.readBytes() };
    case MAJOR.array:
      return { L: reader.readArray(() => readValue(reader)) };
    case MAJOR.map:
      return { M: readAttributes(reader) };
    case MAJOR.tag:
      return readTaggedValue(reader.readTag(), reader);
    case MAJOR.simple:
      return readSimple(reader);
    default:
      return { N: readNumber(reader) };
  }
}

/** A map of names to values. */
export function readAttributes(reader: CborReader): Item {
  const entries: [string, AttributeValue][] = [];
  reader.readMap(() => entries.push([reader.readText(), readValue(reader)]));
  return Object.fromEntries(entries);
}

function readTaggedValue(tag: number, reader: CborReader): AttributeValue {
  switch (tag) {
    case TAG.stringSet:
      return { SS: reader.readArray(() => reader.readText()) };
    case TAG.numberSet:
      return { NS: reader.readArray(() => readNumber(reader)) };
    case TAG.binarySet:
      return { BS: reader.readArray(() => reader.readBytes()) };
    default:
      return { N: readTagged(tag, reader) };
  }
}

function readSimple(reader: CborReader): AttributeValue {
  if (reader.tryNull()) return { NULL: true };
  const next = reader.peek();
  return next === BYTE.true || next === BYTE.false
    ? { BOOL: reader.readBoolean() }
    : { N: readNumber(reader) };
}

/** @throws {TypeError} when it is none of DynamoDB's types */
export function writeValue(writer: CborWriter, value: AttributeValue): void {
  if (value.S !== undefined) writer.text(value.S);
  else if (value.N !== undefined) writeNumber(writer, value.N);
  else if (value.B !== undefined) writer.bytes(value.B);
  else if (value.BOOL !== undefined) writer.boolean(value.BOOL);
  else if (value.NULL !== undefined) writer.null();
  else if (value.M !== undefined) writeAttributes(writer, value.M);
  else if (value.L !== undefined) {
    writer.array(value.L.length);
    for (const element of value.L) writeValue(writer, element);
  } else writeSet(writer, value);
}

function writeSet(writer: CborWriter, value: AttributeValue): void {
  if (value.SS !== undefined) {
    writer.tag(TAG.stringSet).array(value.SS.length);
    for (const element of value.SS) writer.text(element);
  } else if (value.NS !== undefined) {
    writer.tag(TAG.numberSet).array(value.NS.length);
    for (const element of value.NS) writeNumber(writer, element);
  } else if (value.BS !== undefined) {
    writer.tag(TAG.binarySet).array(value.BS.length);
    for (const element of value.BS) writer.bytes(element);
  } else throw new TypeError('an attribute value of unknown type');
}

/** A map of names to values. */
function writeAttributes(writer: CborWriter, attributes: Item): void {
  const entries = Object.entries(attributes);
  writer.map(entries.length);
  for (const [name, value] of entries) writeValue(writer.text(name), value);
}
