import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Lane } from './lane.js';
import { waitUntil } from '../../support/wait-until.js';
import { commandComplete, instanceOption, readStartup, simpleQuery, type Caller } from './messages.js';

/** Some of the connections: those of an instance, of an application name, or both. */
export type LinkFilter = Partial<Caller>;
export type Direction = 'to-server' | 'to-client';

interface Link {
  readonly caller: Caller;
  readonly inner: Socket;
  readonly outer: Socket;
  readonly lanes: Readonly<Record<Direction, Lane>>;
}

interface Fault {
  readonly filter: LinkFilter;
  /** `cut`: connections end, and new ones too. */
  readonly kind: Direction | 'cut';
}

/**
 * One address for all instances, because the address names the database in cache keys; and a network that can be taken
 * away from some connections only: each says in its first message whose it is and what for.
 */
export class PostgresProxy {
  private readonly links = new Set<Link>();
  private readonly faults = new Set<Fault>();

  private constructor(
    private readonly server: Server,
    private readonly url: URL,
  ) {}

  static async start(url: string): Promise<PostgresProxy> {
    const server = createServer();
    const proxy = new PostgresProxy(server, new URL(url));
    server.on('connection', (socket) => proxy.greet(socket));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return proxy;
  }

  /** The database by way of this proxy, for one instance. */
  urlFor(instance: string): string {
    const via = new URL(this.url);
    via.hostname = '127.0.0.1';
    via.port = String((this.server.address() as AddressInfo).port);
    via.searchParams.set('options', instanceOption(instance));
    return via.href.replaceAll('+', '%20');
  }

  /** Keeps back what is sent in `direction`. @returns what ends it: then it arrives in one piece */
  hold(filter: LinkFilter, direction: Direction): () => void {
    const end = this.begin({ filter, kind: direction });
    for (const link of this.select(filter)) link.lanes[direction].hold();
    return () => {
      end();
      for (const link of this.select(filter))
        if (!this.isHeld(link, direction)) link.lanes[direction].release();
    };
  }

  /** Ends connections, and every new one. @returns what ends it */
  cut(filter: LinkFilter): () => void {
    const end = this.begin({ filter, kind: 'cut' });
    for (const link of this.select(filter)) this.end(link);
    return end;
  }

  /** The only connection that `filter` names, in one direction. */
  lane(filter: LinkFilter, direction: Direction): Lane {
    const found = this.select(filter);
    if (found.length !== 1 || found[0] === undefined) throw new Error(`${found.length} connections, not one`);
    return found[0].lanes[direction];
  }

  /**
   * Has the server run `statement` on the only connection that `filter` names, which its client does not notice.
   * @throws {Error} when the client was talking at the same time
   */
  async inject(filter: LinkFilter, statement: string): Promise<void> {
    const lane = this.lane(filter, 'to-client');
    const heal = this.hold(filter, 'to-client');
    try {
      this.lane(filter, 'to-server').forward(simpleQuery(statement));
      await waitUntil('the statement is answered', () => lane.keptChunks > 0);
      const done = commandComplete(statement.split(' ')[0] ?? '');
      if (!lane.keptBytes.equals(done)) throw new Error('the client was talking at the same time');
      lane.discard();
    } finally {
      heal();
    }
  }

  async stop(): Promise<void> {
    for (const link of this.links) this.end(link);
    this.server.close();
    await once(this.server, 'close');
  }

  private begin(fault: Fault): () => void {
    this.faults.add(fault);
    return () => void this.faults.delete(fault);
  }

  private greet(inner: Socket): void {
    inner.on('error', () => inner.destroy());
    inner.once('data', (message: Buffer) => this.accept(inner, readStartup(message), message));
  }

  private accept(inner: Socket, caller: Caller, message: Buffer): void {
    const kinds = [...this.faults].filter(({ filter }) => matches(caller, filter)).map(({ kind }) => kind);
    if (kinds.includes('cut')) return void inner.destroy();
    const outer = connect(Number(this.url.port), this.url.hostname);
    const lanes = { 'to-server': new Lane(inner, outer), 'to-client': new Lane(outer, inner) };
    const link = { caller, inner, outer, lanes };
    this.links.add(link);
    for (const socket of [inner, outer]) {
      socket.setNoDelay(true);
      socket.on('error', () => this.end(link));
      socket.on('close', () => this.end(link));
    }
    for (const kind of kinds) if (kind !== 'cut') lanes[kind].hold();
    lanes['to-server'].forward(message);
  }

  private isHeld({ caller }: Link, direction: Direction): boolean {
    return [...this.faults].some(({ filter, kind }) => kind === direction && matches(caller, filter));
  }

  private select(filter: LinkFilter): Link[] {
    return [...this.links].filter(({ caller }) => matches(caller, filter));
  }

  private end(link: Link): void {
    this.links.delete(link);
    link.inner.destroy();
    link.outer.destroy();
  }
}

function matches(caller: Caller, { application, instance }: LinkFilter): boolean {
  return (
    (application === undefined || application === caller.application) &&
    (instance === undefined || instance === caller.instance)
  );
}
