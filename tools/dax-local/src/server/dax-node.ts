import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { NodeContext } from '../operations/node-context.js';
import type { Credentials } from '../protocol/signature.js';
import { Connection } from './connection.js';
import type { BufferBudget } from './buffer-budget.js';
import type { Limits } from './limits.js';
import { Session, type SessionNode } from './session.js';
import type { Faults } from './faults.js';

/** What the nodes of one cluster share. */
export interface ClusterServices {
  readonly host: string;
  readonly tls: { readonly key: string; readonly cert: string } | undefined;
  readonly credentials: readonly Credentials[] | undefined;
  readonly limits: Limits;
  readonly budget: BufferBudget;
  readonly faults: Faults;
  readonly log: (line: string) => void;
  /** Connections of all nodes. */
  readonly connections: Set<Socket>;
  /** The answer to `endpoints`. */
  endpoints(localAddress: string): Buffer;
}

/** One node: a port, its connections, its caches. */
export class DaxNode implements SessionNode {
  #server: Server | undefined;
  #port: number;
  readonly #sockets = new Set<Socket>();

  constructor(
    readonly id: number,
    port: number,
    readonly context: NodeContext,
    private readonly services: ClusterServices,
  ) {
    this.#port = port;
  }

  get faults(): Faults {
    return this.services.faults;
  }

  get credentials(): readonly Credentials[] | undefined {
    return this.services.credentials;
  }

  /** The same after a stop and a start. */
  get port(): number {
    return this.#port;
  }

  get isUp(): boolean {
    return this.#server !== undefined;
  }

  endpoints(localAddress: string): Buffer {
    return this.services.endpoints(localAddress);
  }

  /** @throws when the port is taken */
  async start(): Promise<void> {
    if (this.#server !== undefined) return;
    const { tls, host } = this.services;
    const accept = (socket: Socket): void => this.#accept(socket);
    const server = tls === undefined ? createServer(accept) : createTlsServer(tls, accept);
    server.on('connection', (socket: Socket) => this.#track(socket));
    // Handshakes of TLS that fail are the client's affair, and worth a line.
    server.on('tlsClientError', (error: Error) => this.#log(`TLS failed: ${error.message}`));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.#port, host, () => {
        server.off('error', reject);
        resolve();
      });
    });
    server.on('error', (error: Error) => this.#log(`listening failed: ${error.message}`));
    const address = server.address();
    if (typeof address === 'object' && address !== null) this.#port = address.port;
    this.#server = server;
  }

  /** Connections end at once, and what the node had cached is gone. */
  async stop(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    this.dropConnections();
    this.clearCaches();
    await closed;
  }

  clearCaches(): void {
    this.context.items.clear();
    this.context.queries.clear();
  }

  dropConnections(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Counts raw connections, before TLS, so that none escapes the limit. */
  #track(socket: Socket): void {
    const { connections, limits } = this.services;
    if (connections.size >= limits.maxConnections) {
      this.#log(`connection refused: there are ${limits.maxConnections} already`);
      socket.destroy();
      return;
    }
    connections.add(socket);
    this.#sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => {
      connections.delete(socket);
      this.#sockets.delete(socket);
    });
  }

  #accept(socket: Socket): void {
    if (socket.destroyed) return;
    const { limits, budget } = this.services;
    const from = `${socket.remoteAddress ?? '?'}:${socket.remotePort ?? '?'}`;
    const session = new Session(this, socket);
    const onReject = (reason: string): void => this.#log(`connection of ${from} closed: ${reason}`);
    new Connection(socket, { limits, budget, session, onReject });
  }

  #log(line: string): void {
    this.services.log(`node ${this.id}: ${line}`);
  }
}
