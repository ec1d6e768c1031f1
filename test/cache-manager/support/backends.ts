import { DynamoDBDocumentClient, PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import type { CacheStore } from '../../../src/cache/index.js';
import { createItemClient, DynamoStore, MemoryStore } from '../../../src/cache/index.js';
import { createDynamoClient, type DynamoConnection } from '../../../src/dynamo/dynamo-client.js';
import { createTestTable, testConnection } from '../../support/dynamodb.js';
import { InterceptedItems } from '../../support/intercepted-items.js';
import { appClock } from './time.js';

/** A store of entries that several instances of an application share, and what went to it. */
export interface Backend {
  /** For one more instance, which closes it. */
  open(): CacheStore;
  /** The requests since the last {@link forget}: `put`, `batchGet` and so on. */
  sent(): readonly string[];
  /** The rows that they named. */
  rows(): number;
  forget(): void;
  /** Flips one bit of the payload of every entry, where it is stored. */
  damage(): Promise<void>;
  /** From now on the store answers with faults. */
  fail(): Promise<void>;
  remove(): Promise<void>;
}

export interface BackendKind {
  readonly kind: string;
  readonly open: () => Promise<Backend>;
}

export const BACKENDS: readonly BackendKind[] = [
  { kind: 'MemoryStore', open: () => Promise.resolve(memoryBackend()) },
  { kind: 'DynamoStore', open: dynamoBackend },
];

const MEMORY_BYTES = 64 * 1024 * 1024;

export async function dynamoBackend(): Promise<Backend> {
  const table = await createTestTable();
  const clients: InterceptedItems[] = [];
  const sent = (): InterceptedItems['sent'] => clients.flatMap((client) => client.sent);
  return {
    open: () => {
      const items = new InterceptedItems(createItemClient(table.connection));
      clients.push(items);
      return new DynamoStore({ table: table.name, items: items.client, clock: appClock });
    },
    sent: () => sent().map(({ operation }) => operation),
    rows: () => sent().reduce((sum, { rows }) => sum + rows.length, 0),
    forget: () => clients.forEach((client) => client.sent.splice(0)),
    damage: () => damageRows(table.connection, table.name),
    fail: () => table.drop(),
    remove: () => table.drop().catch(() => undefined),
  };
}

/** A store behind a port that nobody listens on. */
export function closedPort(port: number): CacheStore {
  const connection = { ...testConnection(), endpoint: `http://127.0.0.1:${port}` };
  return new DynamoStore({ table: 'cache', items: createItemClient(connection), clock: appClock });
}

async function damageRows(connection: DynamoConnection, table: string): Promise<void> {
  const client = createDynamoClient(connection);
  const rows = DynamoDBDocumentClient.from(client);
  const { Items = [] } = await rows.send(new ScanCommand({ TableName: table, ConsistentRead: true }));
  for (const item of Items) {
    await rows.send(
      new PutCommand({ TableName: table, Item: { ...item, b: flipped(item['b'] as Uint8Array) } }),
    );
  }
  client.destroy();
}

function memoryBackend(): Backend {
  const memory = new MemoryStore({ maxBytes: MEMORY_BYTES, clock: appClock });
  let calls: { readonly operation: string; readonly rows: number }[] = [];
  let isDamaged = false;
  let isDown = false;
  const call = <T>(operation: string, rows: number, work: () => Promise<T>): Promise<T> => {
    calls.push({ operation, rows });
    return isDown ? Promise.reject(new Error('down')) : work();
  };
  const store: CacheStore = {
    capabilities: memory.capabilities,
    read: (keys, options) =>
      call('read', keys.length, async () =>
        (await memory.read(keys, options)).map((result) =>
          isDamaged && result.entry !== undefined
            ? { entry: { ...result.entry, bytes: flipped(result.entry.bytes) } }
            : result,
        ),
      ),
    write: (entries, options) => call('write', entries.length, () => memory.write(entries, options)),
    newest: (partition, options) => call('newest', 1, () => memory.newest(partition, options)),
    acquireLease: (...args) => memory.acquireLease(...args),
    releaseLease: (...args) => memory.releaseLease(...args),
    ping: () => call('ping', 0, () => memory.ping()),
    // Shared: it lives until the backend is removed.
    close: () => Promise.resolve(),
  };
  return {
    open: () => store,
    sent: () => calls.map(({ operation }) => operation),
    rows: () => calls.reduce((sum, { rows }) => sum + rows, 0),
    forget: () => {
      calls = [];
    },
    damage: () => {
      isDamaged = true;
      return Promise.resolve();
    },
    fail: () => {
      isDown = true;
      return Promise.resolve();
    },
    remove: () => memory.close(),
  };
}

/** The last byte: of the value, not of what says how to read it. */
function flipped(bytes: Uint8Array): Buffer {
  const copy = Buffer.from(bytes);
  const last = copy.length - 1;
  copy[last] = (copy[last] ?? 0) ^ 0b100;
  return copy;
}
