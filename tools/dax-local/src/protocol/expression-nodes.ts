import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { CborError } from '../cbor/cbor-error.js';
import { CborReader } from '../cbor/cbor-reader.js';
import { MAJOR, TAG } from '../cbor/heads.js';
import { readValue } from './attribute-value.js';

/** Names and list indexes, from the item inwards. */
export type Path = readonly (string | number)[];

/** Operators by their code. The order of the comparisons is that of the protocol. */
export const COMPARATORS = ['=', '<>', '<', '>=', '>', '<='] as const;
export const OP = { and: 6, or: 7, not: 8, between: 9, in: 10, variable: 17, path: 18 } as const;
export const FUNCTIONS: Readonly<Record<number, string>> = {
  11: 'attribute_exists',
  12: 'attribute_not_exists',
  13: 'attribute_type',
  14: 'begins_with',
  15: 'contains',
  16: 'size',
  23: 'if_not_exists',
  24: 'list_append',
};
export const ARITHMETIC: Readonly<Record<number, string>> = { 25: '+', 26: '-' };
export const ACTIONS: Readonly<Record<number, 'SET' | 'ADD' | 'DELETE' | 'REMOVE'>> = {
  19: 'SET',
  20: 'ADD',
  21: 'DELETE',
  22: 'REMOVE',
};

export interface Node {
  readonly op: number;
  /** Of a path: its elements. Of a variable: its index. Of others: nodes, and for IN a list of nodes. */
  readonly path?: Path;
  readonly index?: number;
  readonly operands: readonly Node[];
}

export interface Expression<T> {
  readonly tree: T;
  readonly values: readonly AttributeValue[];
}

const FORMAT = 1;

/** A condition, key condition or filter. @throws {CborError} */
export function readCondition(bytes: Buffer): Expression<Node> {
  return readExpression(bytes, readNode);
}

/** The actions of an update, in the order written. @throws {CborError} */
export function readUpdate(bytes: Buffer): Expression<readonly Node[]> {
  return readExpression(bytes, (reader) => reader.readArray(() => readNode(reader)));
}

/** The paths of a projection, in the order written. @throws {CborError} */
export function readProjection(bytes: Buffer): readonly Path[] {
  const reader = new CborReader(bytes);
  readHeader(reader, 2);
  return reader.readArray(() => {
    const { path } = readNode(reader);
    if (path === undefined) throw new CborError('a projection of something else than paths');
    return path;
  });
}

function readExpression<T>(bytes: Buffer, readTree: (reader: CborReader) => T): Expression<T> {
  const reader = new CborReader(bytes);
  readHeader(reader, 3);
  const tree = readTree(reader);
  return { tree, values: reader.readArray(() => readValue(reader)) };
}

function readHeader(reader: CborReader, length: number): void {
  if (reader.readArrayHeader() !== length || reader.readInteger() !== FORMAT)
    throw new CborError('an expression of unknown format');
}

function readNode(reader: CborReader): Node {
  let op: number | undefined;
  let path: (string | number)[] | undefined;
  let index: number | undefined;
  const operands: Node[] = [];
  reader.readArray(() => {
    if (op === undefined) {
      op = reader.readInteger();
      if (op === OP.path) path = [];
    } else if (path !== undefined) path.push(readPathElement(reader));
    else if (op === OP.variable) index = reader.readInteger();
    else if (op === OP.in && operands.length > 0) reader.readArray(() => operands.push(readNode(reader)));
    else operands.push(readNode(reader));
  });
  if (op === undefined) throw new CborError('an empty node');
  return { op, operands, ...(path && { path }), ...(index !== undefined && { index }) };
}

function readPathElement(reader: CborReader): string | number {
  if (reader.peekMajor() === MAJOR.text) return reader.readText();
  if (reader.readTag() !== TAG.listIndex) throw new CborError('a path with an unknown element');
  return reader.readInteger();
}
