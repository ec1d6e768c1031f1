import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { encode, messageReader, type KeeperMessage, type UserMessage } from '../keeper-protocol.js';

const JOIN_TIMEOUT_MS = 5_000;

/** One process that uses the engine. */
export interface User {
  send(message: KeeperMessage): void;
  /** Sends a last message and closes the connection. */
  dismiss(message: KeeperMessage): void;
}

export interface UserDeskEvents {
  joined(user: User): void;
  /** The user let go of the engine and waits for `released`, or died: then nobody listens any more. */
  left(user: User, how: 'released' | 'died'): void;
}

/**
 * Knows who uses the engine. A user is an open connection, so that the operating system tells when one dies, however it
 * dies. A loopback port and not a socket file: nothing is left behind, and no path can be too long for it. Who cannot
 * read the token in the state file gets no answer.
 */
export class UserDesk {
  readonly token = randomBytes(24).toString('hex');
  private readonly users = new Set<User>();
  private closed = false;
  private readonly server: Server = createServer((socket) => this.admit(socket));

  constructor(private readonly events: UserDeskEvents) {}

  get count(): number {
    return this.users.size;
  }

  /** Begins to take connections and resolves with the port. */
  open(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen({ port: 0, host: '127.0.0.1', exclusive: true }, () =>
        resolve((this.server.address() as AddressInfo).port),
      );
    });
  }

  /** Takes nobody any more: who comes now will start a keeper of its own. */
  close(): void {
    this.server.close();
    this.closed = true;
  }

  broadcast(message: KeeperMessage): void {
    for (const user of this.users) user.send(message);
  }

  private admit(socket: Socket): void {
    if (this.closed) {
      socket.destroy();
      return;
    }
    const user = connectionUser(socket);
    const leave = (how: 'released' | 'died'): void => {
      if (this.users.delete(user)) this.events.left(user, how);
    };
    socket.setTimeout(JOIN_TIMEOUT_MS, () => socket.destroy());
    socket.setEncoding('utf8');
    socket.on('error', () => socket.destroy());
    socket.on('close', () => leave('died'));
    socket.on(
      'data',
      messageReader<UserMessage>((message) => {
        if (message.type === 'release') leave('released');
        // Also who connected in time and joins too late: the engine is ending.
        else if (this.closed || !this.isOurs(message)) socket.destroy();
        else if (!this.users.has(user)) {
          socket.setTimeout(0);
          this.users.add(user);
          user.send({ type: 'welcome' });
          this.events.joined(user);
        }
      }),
    );
  }

  private isOurs({ token }: { readonly token: unknown }): boolean {
    const given = Buffer.from(String(token));
    const own = Buffer.from(this.token);
    return given.length === own.length && timingSafeEqual(given, own);
  }
}

function connectionUser(socket: Socket): User {
  return {
    send: (message) => void (socket.writable && socket.write(encode(message))),
    dismiss: (message) => void (socket.writable && socket.end(encode(message))),
  };
}
