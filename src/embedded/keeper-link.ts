import { connect, type Socket } from 'node:net';
import { encode, messageReader, type KeeperMessage } from './keeper-protocol.js';
import type { KeeperAddress } from './state-file.js';

const WELCOME_TIMEOUT_MS = 2_000;
const RELEASE_TIMEOUT_MS = 5_000;

export interface LinkHandlers {
  /** Every message after the welcome. */
  onMessage(message: KeeperMessage): void;
  /** The connection has ended, and not because this side closed it. */
  onLost(): void;
}

/** A user's open connection to a keeper. While it is open, the engine runs. */
export class KeeperLink {
  private readonly released = Promise.withResolvers<void>();
  private welcome = false;
  private closing = false;

  private constructor(
    private readonly socket: Socket,
    private readonly handlers: LinkHandlers,
  ) {}

  /**
   * Connects to the keeper at `address`; `undefined` when there is none, or when another program has its port by now,
   * which does not know the token.
   */
  static open(address: KeeperAddress, handlers: LinkHandlers): Promise<KeeperLink | undefined> {
    return new Promise((resolve) => {
      const socket = connect({ port: address.port, host: '127.0.0.1' });
      const link = new KeeperLink(socket, handlers);
      const timer = setTimeout(() => socket.destroy(), WELCOME_TIMEOUT_MS);
      socket.setEncoding('utf8');
      socket.once('connect', () => socket.write(encode({ type: 'join', token: address.token })));
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        clearTimeout(timer);
        resolve(undefined);
        link.ended();
      });
      socket.on(
        'data',
        messageReader<KeeperMessage>((message) => {
          if (message.type === 'welcome') {
            clearTimeout(timer);
            link.welcome = true;
            resolve(link);
          } else link.take(message);
        }),
      );
    });
  }

  /** From now on the open connection does not keep this process from ending. */
  unref(): void {
    this.socket.unref();
  }

  close(): void {
    this.closing = true;
    this.socket.destroy();
  }

  /** Lets go of the engine; resolves when the keeper said so or is gone, at the latest after five seconds. */
  async release(): Promise<void> {
    this.closing = true;
    if (this.socket.destroyed) return;
    this.socket.ref();
    this.socket.write(encode({ type: 'release' }));
    const timer = setTimeout(() => this.socket.destroy(), RELEASE_TIMEOUT_MS);
    await this.released.promise;
    clearTimeout(timer);
    this.socket.destroy();
  }

  private take(message: KeeperMessage): void {
    if (message.type === 'released') this.released.resolve();
    else if (this.welcome && !this.closing) this.handlers.onMessage(message);
  }

  private ended(): void {
    this.released.resolve();
    if (this.welcome && !this.closing) this.handlers.onLost();
  }
}
