import { CborWriter } from '../../src/cbor/cbor-writer.js';
import { encodeKey } from '../../src/protocol/keys.js';
import { request } from './raw-client.js';

const SCHEMA = [
  { name: 'pk', type: 'S' },
  { name: 'sk', type: 'N' },
] as const;

const PATH = new CborWriter().array(2).integer(18).text('name').finish();
const VARIABLE = new CborWriter().array(2).integer(17).integer(0).finish();
const EQUALS = new CborWriter().array(3).integer(0).raw(PATH).raw(VARIABLE).finish();
const CONDITION = new CborWriter().array(3).integer(1).raw(EQUALS).array(1).text('x').finish();
const PROJECTION = new CborWriter().array(2).integer(1).array(1).raw(PATH).finish();
const SET = new CborWriter().array(3).integer(19).raw(PATH).raw(VARIABLE).finish();
const UPDATE = new CborWriter().array(3).integer(1).array(1).raw(SET).array(1).float(1.5).finish();

/** A sound request of every method, on a table with the key `pk` (S) and `sk` (N). */
export function soundRequests(tableName: string): Buffer[] {
  const table = Buffer.from(tableName);
  const key = encodeKey({ pk: { S: 'key' }, sk: { N: '-12.75' } }, SCHEMA);
  // The list without names, and then no value.
  const values = Buffer.of(1);
  return [
    request('authorizeConnection', (w) =>
      w.text('id').text('00').bytes(Buffer.from('a\nb')).null().text('agent'),
    ),
    request('endpoints'),
    request('defineKeySchema', (w) => w.bytes(table)),
    request('defineAttributeListId', (w) => w.array(2).text('a').text('b')),
    request('defineAttributeList', (w) => w.integer(1)),
    request('getItem', (w) => w.bytes(table).bytes(key).map(1).integer(0).bytes(PROJECTION)),
    request('putItem', (w) => w.bytes(table).bytes(key).bytes(values).map(1).integer(4).bytes(CONDITION)),
    request('updateItem', (w) =>
      w.bytes(table).bytes(key).map(2).integer(8).bytes(UPDATE).integer(7).integer(4),
    ),
    request('deleteItem', (w) => w.bytes(table).bytes(key).null()),
    request('query', (w) =>
      w.bytes(table).bytes(CONDITION).map(2).integer(9).bytes(key).integer(13).integer(5),
    ),
    request('scan', (w) => w.bytes(table).map(2).integer(10).bytes(CONDITION).integer(14).integer(1)),
    request('batchGetItem', (w) =>
      w.map(1).text(tableName).array(3).boolean(false).bytes(PROJECTION).array(1).bytes(key).null(),
    ),
    request('batchWriteItem', (w) =>
      w.map(1).text(tableName).array(4).bytes(key).bytes(values).bytes(key).null().null(),
    ),
    request('transactGetItems', (w) => w.array(1).bytes(table).array(1).bytes(key).array(1).null().null()),
    request('transactWriteItems', (w) =>
      w
        .array(1)
        .integer(9)
        .array(1)
        .bytes(table)
        .array(1)
        .bytes(key)
        .array(1)
        .null()
        .null()
        .array(1)
        .integer(2)
        .array(1)
        .null()
        .array(1)
        .bytes(UPDATE)
        .null(),
    ),
  ];
}
