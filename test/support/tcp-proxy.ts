import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

interface Link {
  readonly inner: Socket;
  readonly outer: Socket;
}

/** A relay in front of a server, whose network a test can take away in the two ways in which networks go away. */
export class TcpProxy {
  private readonly links = new Set<Link>();
  private hanging = false;
  private refusing = false;
  /** Connections that were made through it so far. */
  connections = 0;

  private constructor(
    private readonly server: Server,
    private readonly target: { readonly host: string; readonly port: number },
  ) {}

  /** In front of the server that `url` names. */
  static async start(url: string): Promise<TcpProxy> {
    const { hostname, port } = new URL(url);
    const server = createServer();
    const proxy = new TcpProxy(server, { host: hostname, port: Number(port) });
    server.on('connection', (socket) => proxy.accept(socket));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return proxy;
  }

  /** `url` by way of this proxy. */
  through(url: string): string {
    const via = new URL(url);
    via.hostname = '127.0.0.1';
    via.port = String((this.server.address() as AddressInfo).port);
    return via.href;
  }

  /** Forwards nothing any more, in both directions, and closes nothing: what is sent is neither refused nor answered. */
  hang(): void {
    this.hanging = true;
    for (const { inner, outer } of this.links) {
      inner.pause();
      outer.pause();
    }
  }

  /** Ends every connection, and every new one. */
  cut(): void {
    this.refusing = true;
    for (const link of this.links) this.end(link);
  }

  /** After {@link hang}, what was held back arrives; after {@link cut}, new connections work again. */
  heal(): void {
    this.hanging = false;
    this.refusing = false;
    for (const { inner, outer } of this.links) {
      inner.resume();
      outer.resume();
    }
  }

  async stop(): Promise<void> {
    this.cut();
    this.server.close();
    await once(this.server, 'close');
  }

  private accept(inner: Socket): void {
    if (this.refusing) return void inner.destroy();
    this.connections++;
    const link = { inner, outer: connect(this.target) };
    this.links.add(link);
    this.forward(link, link.inner, link.outer);
    this.forward(link, link.outer, link.inner);
  }

  private forward(link: Link, from: Socket, to: Socket): void {
    from.on('data', (chunk) => to.write(chunk));
    from.on('error', () => this.end(link));
    from.on('close', () => this.end(link));
    if (this.hanging) from.pause();
  }

  private end(link: Link): void {
    this.links.delete(link);
    link.inner.destroy();
    link.outer.destroy();
  }
}
