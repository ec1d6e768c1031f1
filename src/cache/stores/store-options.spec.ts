import { DaxStore } from './dax/dax-store.js';
import { DynamoStore } from './dynamo/dynamo-store.js';
import { MemoryStore } from './memory/memory-store.js';
import {
  ANY_OBJECT,
  COUNT,
  describeWrongOptions,
  describeWrongValues,
  NOT_EMPTY,
  SECRET,
  type Subject,
} from '../../../test/support/wrong-options.js';

const item = { get: () => undefined };
const dynamo = { region: 'eu-central-1' };
const SUBJECTS: Readonly<Record<string, Subject>> = {
  MemoryStore: {
    of: 'MemoryStore',
    make: (options) => new MemoryStore(options as never),
    valid: { maxBytes: 100_000 },
    options: {
      maxBytes: [COUNT, 'a number'],
      maxEntryBytes: [COUNT, 'undefined', 'a number'],
      clock: ['an object', 'undefined', ...ANY_OBJECT],
    },
  },
  DynamoStore: {
    of: 'DynamoStore',
    make: (options) => new DynamoStore(options as never),
    valid: { table: 'cache', items: item },
    options: {
      table: [NOT_EMPTY, 'text'],
      items: ['an object', ...ANY_OBJECT],
      pastCache: ['an object', 'undefined', ...ANY_OBJECT],
      clock: ['an object', 'undefined', ...ANY_OBJECT],
      backoff: ['an object', 'undefined', ...ANY_OBJECT],
      consumed: ['a function', 'undefined', 'a function'],
    },
  },
  DaxStore: {
    of: 'DaxStore',
    make: (options) => new DaxStore(options as never),
    // A client of DAX looks for its cluster at once.
    isMade: false,
    valid: { table: 'cache', dax: { region: 'eu-central-1', endpoint: 'dax://localhost:1' }, dynamo },
    options: {
      table: [NOT_EMPTY, 'text'],
      dax: ['an object', ...ANY_OBJECT],
      'dax.region': [NOT_EMPTY, 'text'],
      'dax.endpoint': ['an address such as dax://host:port or daxs://host'],
      'dax.credentials': [
        'credentials or a function that gives them',
        'undefined',
        'a function',
        ...ANY_OBJECT,
      ],
      'dax.requestTimeoutMs': [COUNT, 'undefined', 'a number'],
      dynamo: ['an object', ...ANY_OBJECT],
      'dynamo.region': [NOT_EMPTY, 'text'],
      'dynamo.endpoint': [NOT_EMPTY, 'undefined', 'text'],
      'dynamo.credentials': [
        'credentials or a function that gives them',
        'undefined',
        'a function',
        ...ANY_OBJECT,
      ],
      'dynamo.maxConnections': [COUNT, 'undefined', 'a number'],
    },
  },
};

describeWrongOptions(SUBJECTS);

describeWrongValues(SUBJECTS, [['DaxStore', 'dax.endpoint', `https://${SECRET}`]]);
