import { randomInt } from 'node:crypto';
import type { ItemCache } from '../cache/item-cache.js';
import type { QueryCache } from '../cache/query-cache.js';
import { createCluster, type Cluster } from './cluster.js';
import type { DaxNode } from './dax-node.js';
import { encodeEndpoints } from './endpoints.js';
import type { Fault, OrderedFault } from './faults.js';
import type { DaxLocalOptions } from './options.js';

/** Leader sessions are told apart by it. */
const MAX_SESSION = 2 ** 31;

/** A DAX cluster in this process, in front of a DynamoDB. */
export class DaxLocal {
  #leaderSession = randomInt(1, MAX_SESSION);
  #stopping: Promise<void> | undefined;

  private constructor(
    private readonly options: DaxLocalOptions,
    private readonly cluster: Cluster,
  ) {}

  /**
   * Listens when the promise resolves.
   * @throws {RangeError} for options that make no sense; and when a port is taken
   */
  static async start(options: DaxLocalOptions = {}): Promise<DaxLocal> {
    const cluster = await createCluster(options, (localAddress) => dax.endpointsFor(localAddress));
    const dax = new DaxLocal(options, cluster);
    try {
      for (const node of cluster.all) await node.start();
    } catch (error) {
      await dax.stop();
      throw error;
    }
    return dax;
  }

  /** Of discovery. */
  get port(): number {
    return this.cluster.seed.port;
  }

  /** For the client's `endpoint` or `endpoints`. */
  get endpoint(): string {
    const { host = '127.0.0.1', advertise } = this.options;
    const isWildcard = host === '0.0.0.0' || host === '::';
    const address = advertise ?? (isWildcard ? '127.0.0.1' : host);
    return `${this.options.tls === undefined ? 'dax' : 'daxs'}://${address.includes(':') ? `[${address}]` : address}:${this.port}`;
  }

  /** With TLS: what clients have to trust, as PEM. */
  get certificate(): string | undefined {
    return this.cluster.certificate;
  }

  /** Of the nodes, in the order of their numbers. */
  get ports(): number[] {
    return this.cluster.nodes.map(({ port }) => port);
  }

  /** What the caches of each node did since its start. */
  stats(): {
    node: number;
    items: ReturnType<ItemCache['stats']>;
    queries: ReturnType<QueryCache['stats']>;
  }[] {
    return this.cluster.nodes.map(({ id, context }) => ({
      node: id,
      items: context.items.stats(),
      queries: context.queries.stats(),
    }));
  }

  /** Makes requests to come go wrong. */
  order(fault: Fault): OrderedFault {
    return this.cluster.faults.order(fault);
  }

  /** Breaks the connections that are open now: of one node, or of all. */
  dropConnections(node?: number): void {
    for (const one of node === undefined ? this.cluster.nodes : [this.#node(node)]) one.dropConnections();
  }

  /** The node is gone; if it was the leader, another one is now. Its cache is empty when it comes back. */
  async stopNode(node: number): Promise<void> {
    const one = this.#node(node);
    this.cluster.replication.leave(one.context.items);
    await one.stop();
    this.#leaderSession = randomInt(1, MAX_SESSION);
  }

  /** Brings a node back, on the port it had. */
  async startNode(node: number): Promise<void> {
    const one = this.#node(node);
    if (one.isUp) return;
    // A request that was under way at the stop may have put something in since.
    one.clearCaches();
    await one.start();
    this.cluster.replication.join(one.context.items);
  }

  /** For writes from now on; what waits does not wait longer than that either. */
  setReplicationLag(lagMs: number): void {
    this.cluster.replication.setLag(lagMs);
  }

  /** Delivers writes that are still on their way to other nodes. */
  flushReplication(): void {
    this.cluster.replication.flush();
  }

  /** Empties the caches of every node. */
  clearCaches(): void {
    for (const node of this.cluster.nodes) node.clearCaches();
  }

  /** Ends every connection. Nothing of it keeps the process alive afterwards. May be called again. */
  stop(): Promise<void> {
    return (this.#stopping ??= this.#stop());
  }

  async #stop(): Promise<void> {
    const { replication, all, lists, ownDynamodb } = this.cluster;
    replication.stop();
    await Promise.all([...all].map((node) => node.stop()));
    await lists.close();
    ownDynamodb?.destroy();
  }

  private endpointsFor(localAddress: string): Buffer {
    const address = this.options.advertise ?? localAddress;
    const up = this.cluster.nodes.filter(({ isUp }) => isUp);
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
    const node = this.cluster.nodes[id];
    if (node === undefined) throw new RangeError(`there is no node ${id}`);
    return node;
  }
}
