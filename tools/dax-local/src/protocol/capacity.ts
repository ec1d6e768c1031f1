import type { Capacity, ConsumedCapacity, ItemCollectionMetrics } from '@aws-sdk/client-dynamodb';
import { CborWriter } from '../cbor/cbor-writer.js';
import { writeValue } from './attribute-value.js';
import type { KeySchema } from './keys.js';

/** Capacity of anything but a transaction: the units of table and indexes, in fixed places. */
export function encodeCapacity(capacity: ConsumedCapacity): Buffer {
  const writer = new CborWriter().text(capacity.TableName ?? '');
  writeUnits(writer, capacity.CapacityUnits ?? 0);
  if (capacity.Table?.CapacityUnits === undefined) writer.null();
  else writeUnits(writer, capacity.Table.CapacityUnits);
  writeIndexes(writer, capacity.GlobalSecondaryIndexes);
  writeIndexes(writer, capacity.LocalSecondaryIndexes);
  return writer.finish();
}

function writeIndexes(writer: CborWriter, indexes: Record<string, Capacity> | undefined): void {
  if (indexes === undefined) {
    writer.null();
    return;
  }
  const entries = Object.entries(indexes);
  writer.map(entries.length);
  for (const [name, { CapacityUnits = 0 }] of entries) writeUnits(writer.text(name), CapacityUnits);
}

function writeUnits(writer: CborWriter, units: number): void {
  if (Number.isInteger(units)) writer.integer(units);
  else writer.float(units);
}

type Entry = readonly [field: number | string, write: () => unknown];

/** Capacity of a transaction: maps with a number for each field. */
export function writeTransactionCapacity(writer: CborWriter, capacity: ConsumedCapacity): void {
  const { TableName, Table, GlobalSecondaryIndexes, LocalSecondaryIndexes } = capacity;
  writeEntries(writer, [
    ...unitEntries(writer, capacity),
    ...(TableName === undefined ? [] : [[4, () => writer.text(TableName)] as const]),
    ...(Table === undefined ? [] : [[5, () => writeEntries(writer, unitEntries(writer, Table))] as const]),
    ...indexEntries(writer, 6, GlobalSecondaryIndexes),
    ...indexEntries(writer, 7, LocalSecondaryIndexes),
  ]);
}

function indexEntries(writer: CborWriter, field: number, indexes?: Record<string, Capacity>): Entry[] {
  if (indexes === undefined) return [];
  const entries = Object.entries(indexes).map(([name, units]): Entry => [
    name,
    () => writeEntries(writer, unitEntries(writer, units)),
  ]);
  return [[field, () => writeEntries(writer, entries)]];
}

function unitEntries(writer: CborWriter, capacity: Capacity): Entry[] {
  const { CapacityUnits, ReadCapacityUnits, WriteCapacityUnits } = capacity;
  return [CapacityUnits, ReadCapacityUnits, WriteCapacityUnits].flatMap((units, at): Entry[] =>
    units === undefined ? [] : [[at + 1, () => writeUnits(writer, units)]],
  );
}

function writeEntries(writer: CborWriter, entries: readonly Entry[]): void {
  writer.map(entries.length);
  for (const [field, write] of entries) {
    if (typeof field === 'string') writer.text(field);
    else writer.integer(field);
    write();
  }
}

/** The sizes are floating-point even when they are whole: clients take nothing else. */
export function encodeCollectionMetrics(metrics: ItemCollectionMetrics, schema: KeySchema): Buffer {
  const writer = new CborWriter();
  const hash = schema[0] && metrics.ItemCollectionKey?.[schema[0].name];
  if (hash === undefined) writer.null();
  else writeValue(writer, hash);
  const [lower = 0, upper = 0] = metrics.SizeEstimateRangeGB ?? [];
  return writer.float(lower).float(upper).finish();
}
