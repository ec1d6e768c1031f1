import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { isIP } from 'node:net';
import { ItemCache } from '../cache/item-cache.js';
import { QueryCache } from '../cache/query-cache.js';
import { Replication } from '../cache/replication.js';
import type { TtlCacheOptions } from '../cache/ttl-cache.js';
import { WriteThrough } from '../cache/write-through.js';
import { TableSchemas } from '../operations/table-schemas.js';
import { AttributeLists } from '../protocol/attribute-lists.js';
import { BufferBudget } from './buffer-budget.js';
import { DaxNode, type ClusterServices } from './dax-node.js';
import { Faults } from './faults.js';
import { DEFAULT_LIMITS } from './limits.js';
import type { CacheBounds, DaxLocalOptions } from './options.js';
import { selfSignedCertificate } from './self-signed-certificate.js';

const MAX_NODES = 10;
const DEFAULT_TTL_MS = 300_000;
const DEFAULT_CACHE_BYTES = 64 * 2 ** 20;
/** Longer than DynamoDB takes, shorter than the minute that AWS's client waits. */
const REQUEST_TIMEOUT_MS = 30_000;
const CONNECT_TIMEOUT_MS = 5_000;
const DEFAULT_ENDPOINT = 'http://127.0.0.1:8000';

/** The parts of a cluster that is not started. */
export interface Cluster {
  readonly nodes: readonly DaxNode[];
  /** Where discovery is answered: a node of its own when there are several, so that it survives each of them. */
  readonly seed: DaxNode;
  /** Nodes and seed. */
  readonly all: ReadonlySet<DaxNode>;
  readonly faults: Faults;
  readonly replication: Replication;
  readonly lists: AttributeLists;
  readonly certificate: string | undefined;
  /** When no client was given. */
  readonly ownDynamodb: DynamoDBClient | undefined;
}

/** @throws {RangeError} for options that make no sense */
export async function createCluster(
  options: DaxLocalOptions,
  endpoints: ClusterServices['endpoints'],
): Promise<Cluster> {
  const { dataDir, replicationLagMs = 0, nodes: count = 1, port = 0 } = options;
  if (!Number.isInteger(count) || count < 1 || count > MAX_NODES)
    throw new RangeError(`nodes: 1 to ${MAX_NODES}`);
  const now = (): number => performance.now();
  const bounds = {
    items: cacheOptions(options.itemCache, now),
    queries: cacheOptions(options.queryCache, now),
  };
  const services = createServices(options, endpoints);
  const lists = await AttributeLists.open({
    dataDir,
    maxLists: services.limits.maxAttributeLists,
    ...(options.listHash && { hash: options.listHash }),
  });
  const dynamodb = options.dynamodb ?? clientFor(options);
  const replication = new Replication(replicationLagMs, now);
  const shared = {
    dynamodb,
    schemas: new TableSchemas(dynamodb),
    lists,
    writes: new WriteThrough(replication),
  };
  const isSingle = count === 1;
  const nodes = Array.from({ length: count }, (_, id) => {
    const context = {
      ...shared,
      items: new ItemCache(bounds.items),
      queries: new QueryCache(bounds.queries),
    };
    replication.join(context.items);
    return new DaxNode(id, port === 0 || isSingle ? port : port + 1 + id, context, services);
  });
  // A client that sends data to where discovery is answered uses the first node's caches.
  const [first] = nodes as [DaxNode];
  const seed = isSingle ? first : new DaxNode(count, port, first.context, services);
  return {
    nodes,
    seed,
    all: new Set([...nodes, seed]),
    faults: services.faults,
    replication,
    lists,
    certificate: services.tls?.cert,
    ownDynamodb: options.dynamodb === undefined ? dynamodb : undefined,
  };
}

function createServices(options: DaxLocalOptions, endpoints: ClusterServices['endpoints']): ClusterServices {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  return {
    host: options.host ?? '127.0.0.1',
    tls: options.tls === true ? selfSignedCertificate(certifiedAddresses(options)) : options.tls,
    credentials: options.credentials,
    limits,
    budget: new BufferBudget(limits.maxBufferedBytes),
    faults: new Faults(),
    log: options.log ?? (() => undefined),
    connections: new Set(),
    endpoints,
  };
}

/** Addresses that clients may reach a node at. */
function certifiedAddresses({ host, advertise }: DaxLocalOptions): string[] {
  return [...new Set(['127.0.0.1', host, advertise])].filter((one): one is string => isIP(one ?? '') !== 0);
}

function cacheOptions(bounds: CacheBounds | undefined, now: () => number): TtlCacheOptions {
  const { ttlMs = DEFAULT_TTL_MS, maxBytes = DEFAULT_CACHE_BYTES } = bounds ?? {};
  if (!(ttlMs > 0)) throw new RangeError('ttlMs: more than 0');
  if (!(maxBytes >= 0)) throw new RangeError('maxBytes: 0 or more');
  return { ttlMs, maxBytes, now };
}

/** Repeats are the DAX client's affair: one here would hide faults from it, and do a write twice. */
function clientFor({
  dynamodbEndpoint = DEFAULT_ENDPOINT,
  region = 'us-east-1',
}: DaxLocalOptions): DynamoDBClient {
  return new DynamoDBClient({
    endpoint: dynamodbEndpoint,
    region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: CONNECT_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      throwOnRequestTimeout: true,
    },
  });
}
