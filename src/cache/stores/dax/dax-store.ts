import { createItemClient } from '../dynamo/document-item-client.js';
import type { DynamoConnection } from '../../../dynamo/dynamo-client.js';
import { DynamoStore, TABLE_RULES, type DynamoStoreOptions } from '../dynamo/dynamo-store.js';
import {
  checkOptions,
  FUNCTION,
  matching,
  OBJECT,
  optional,
  POSITIVE_INTEGER,
  TEXT,
  type OptionRule,
  type OptionRules,
} from '../../base/option-checks.js';
import { createDaxItemClient, type DaxConnection } from './dax-item-client.js';

export interface DaxStoreOptions extends Omit<DynamoStoreOptions, 'items' | 'pastCache'> {
  readonly dax: DaxConnection;
  /** The DynamoDB behind the cluster. */
  readonly dynamo: DynamoConnection;
}

const RULES: OptionRules<DaxStoreOptions> = { ...TABLE_RULES, dax: OBJECT, dynamo: OBJECT };
const CREDENTIALS: OptionRule = {
  expected: 'credentials or a function that gives them',
  accepts: (value) => OBJECT.accepts(value) || FUNCTION.accepts(value),
};
const DAX_RULES: OptionRules<DaxConnection> = {
  region: TEXT,
  endpoint: matching(/^daxs?:\/\/[^/]/i, 'an address such as dax://host:port or daxs://host'),
  credentials: optional(CREDENTIALS),
  requestTimeoutMs: optional(POSITIVE_INTEGER),
};
const DYNAMO_RULES: OptionRules<DynamoConnection> = {
  region: TEXT,
  endpoint: optional(TEXT),
  credentials: optional(CREDENTIALS),
  maxConnections: optional(POSITIVE_INTEGER),
};

/**
 * Entries in a DynamoDB table, read and written through DAX. Entries are immutable, so DAX's late replicas and cached
 * absences can cost a load, and never show an old value. What must not be answered by a cache (leases, those who wait for
 * one, the newest entry) goes to DynamoDB itself.
 */
export class DaxStore extends DynamoStore {
  /** @throws {CacheUsageError} when an option is wrong */
  constructor(options: DaxStoreOptions) {
    super(withClients(options));
  }
}

function withClients(options: DaxStoreOptions): DynamoStoreOptions {
  checkOptions('DaxStore', options, RULES);
  checkOptions('DaxStore', options.dax, DAX_RULES, 'dax.');
  checkOptions('DaxStore', options.dynamo, DYNAMO_RULES, 'dynamo.');
  const { dax, dynamo, ...rest } = options;
  return { ...rest, items: createDaxItemClient(dax), pastCache: createItemClient(dynamo) };
}
