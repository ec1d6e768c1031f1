import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { randomInt } from 'node:crypto';
import type { Socket } from 'node:net';
import { ItemCache } from '../cache/item-cache.js';
import { QueryCache } from '../cache/query-cache.js';
import { Replication } from '../cache/replication.js';
import { WriteThrough } from '../cache/write-through.js';
import type { TtlCacheOptions } from '../cache/ttl-cache.js';
import { TableSchemas } from '../operations/table-schemas.js';
import { AttributeLists } from '../protocol/attribute-lists.js';
import { BufferBudget } from './buffer-budget.js';
import { DaxNode, type ClusterServices } from './dax-node.js';
import { encodeEndpoints } from './endpoints.js';
import { Faults, type Fault, type OrderedFault } from './faults.js';
import { DEFAULT_LIMITS, type Limits } from './limits.js';
import type { CacheBounds, DaxLocalOptions } from './options.js';

const DEFAULT_TTL_MS = 300_000;
const DEFAULT_CACHE_BYTES = 64 * 2 ** 20;
const DEFAULT_ENDPOINT = 'http://127.0.0.1:8000';
/** Leader sessions are told apart by it. */
const MAX_SESSION = 2 ** 31;

/** A DAX cluster in this process, in front of a DynamoDB. */
export class DaxLocal {
  #leaderSession = randomInt(1, MAX_SESSION);

  private constructor(
    private readonly options: DaxLocalOptions,
    private readonly nodes: readonly DaxNode[],
    /** Where discovery is answered: a node of its own when there are several, so that it survives each of them. */
    private readonly seed: DaxNode,
    private readonly shared: {
      readonly faults: Faults;
      readonly replication: Replication;
      readonly lists: AttributeLists;
      /** When it is ours. */
      readonly dynamodb: DynamoDBClient | undefined;
    },
  ) {}

  /**
   * Listens when the promise resolves.
   * @throws {RangeError} for options that make no sense; and when a port is taken
   */
  static async start(options: DaxLocalOptions = {}): Promise<DaxLocal> {
    const limits: Limits = { ...DEFAULT_LIMITS, ...options.limits };
    const { dataDir, replicationLagMs = 0, nodes: count = 1 } = options;
    if (!Number.isInteger(count) || count < 1 || count > 10) throw new RangeError('nodes: 1 to 10');
    const now = (): number => performance.now();
    const caches = {
      items: cacheOptions(options.itemCache, now),
      queries: cacheOptions(options.queryCache, now),
    };
    const lists = await AttributeLists.open({ dataDir, maxLists: limits.maxAttributeLists });
    const dynamodb = options.dynamodb ?? clientFor(options);
    const own = options.dynamodb === undefined ? dynamodb : undefined;
    const replication = new Replication(replicationLagMs, now);
    const faults = new Faults();
    const cluster = {
      dynamodb,
      schemas: new TableSchemas(dynamodb),
      lists,
      writes: new WriteThrough(replication),
    };
    const services: ClusterServices = {
      host: options.host ?? '127.0.0.1',
      tls: undefined,
      limits,
      budget: new BufferBudget(limits.maxBufferedBytes),
      faults,
      log: options.log ?? (() => undefined),
      connections: new Set<Socket>(),
      endpoints: (localAddress) => dax.endpointsFor(localAddress),
    };
    const create = (id: number, port: number): DaxNode => {
      const items = new ItemCache(caches.items);
      return new DaxNode(id, port, { ...cluster, items, queries: new QueryCache(caches.queries) }, services);
    };
    const first = options.port ?? 0;
    const nodes = Array.from({ length: count }, (_, id) =>
      create(id, first === 0 || count === 1 ? first : first + 1 + id),
    );
    for (const { context } of nodes) replication.join(context.items);
    const seed = count === 1 ? (nodes[0] as DaxNode) : create(count, first);
    const dax = new DaxLocal(options, nodes, seed, { faults, replication, lists, dynamodb: own });
    try {
      for (const node of new Set([...nodes, seed])) await node.start();
    } catch (error) {
      await dax.stop();
      throw error;
    }
    return dax;
  }

  /** Of discovery. */
  get port(): number {
    return this.seed.port;
  }

  /** For the client's `endpoint` or `endpoints`. */
  get endpoint(): string {
    const { host = '127.0.0.1', advertise } = this.options;
    const isWildcard = host === '0.0.0.0' || host === '::';
    const address = advertise ?? (isWildcard ? '127.0.0.1' : host);
    return `dax://${address.includes(':') ? `[${address}]` : address}:${this.port}`;
  }

  /** Of the nodes, in the order of their numbers. */
  get ports(): number[] {
    return this.nodes.map(({ port }) => port);
  }

  /** What the caches of each node did since its start. */
  stats(): {
    node: number;
    items: ReturnType<ItemCache['stats']>;
    queries: ReturnType<QueryCache['stats']>;
  }[] {
    return this.nodes.map(({ id, context }) => ({
      node: id,
      items: context.items.stats(),
      queries: context.queries.stats(),
    }));
  }

  /** Makes requests to come go wrong. */
  order(fault: Fault): OrderedFault {
    return this.shared.faults.order(fault);
  }

  /** Breaks the connections that are open now: of one node, or of all. */
  dropConnections(node?: number): void {
    for (const one of node === undefined ? this.nodes : [this.#node(node)]) one.dropConnections();
  }

  /** The node is gone; if it was the leader, another one is now. Its cache is empty when it comes back. */
  async stopNode(node: number): Promise<void> {
    await this.#node(node).stop();
    this.#leaderSession = randomInt(1, MAX_SESSION);
  }

  /** Brings a node back, on the port it had. */
  async startNode(node: number): Promise<void> {
    await this.#node(node).start();
  }

  /** For writes from now on. */
  setReplicationLag(lagMs: number): void {
    this.shared.replication.setLag(lagMs);
  }

  /** Delivers writes that are still on their way to other nodes. */
  flushReplication(): void {
    this.shared.replication.flush();
  }

  /** Empties the caches of every node. */
  clearCaches(): void {
    for (const { context } of this.nodes) {
      context.items.clear();
      context.queries.clear();
    }
  }

  /** Ends every connection. Nothing of it keeps the process alive afterwards. */
  async stop(): Promise<void> {
    this.shared.replication.stop();
    await Promise.all([...new Set([...this.nodes, this.seed])].map((node) => node.stop()));
    await this.shared.lists.close();
    this.shared.dynamodb?.destroy();
  }

  private endpointsFor(localAddress: string): Buffer {
    const address = this.options.advertise ?? localAddress;
    const up = this.nodes.filter(({ isUp }) => isUp);
    const endpoints = up.map(({ id, port }, at) => ({
      id,
      hostname: address,
      address,
      port,
      isLeader: at === 0,
    }));
    return encodeEndpoints(endpoints, this.#leaderSession);
  }

  #node(id: number): DaxNode {
    const node = this.nodes[id];
    if (node === undefined) throw new RangeError(`there is no node ${id}`);
    return node;
  }
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
  });
}
