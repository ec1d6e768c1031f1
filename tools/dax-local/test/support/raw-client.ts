import { connect, type Socket } from 'node:net';
import { waitUntil } from '../../../../test/support/wait-until.js';
import { CborWriter } from '../../src/cbor/cbor-writer.js';
import { METHODS, type MethodName } from '../../src/protocol/methods.js';

/** What AWS's client sends first. */
export function handshake(magic = 'J7yne5G'): Buffer {
  return new CborWriter()
    .text(magic)
    .integer(0)
    .bytes(Buffer.alloc(16, 7))
    .map(1)
    .text('UserAgent')
    .text('DaxJSV3Client-3.1.0')
    .integer(0)
    .finish();
}

/** A request; `args` writes its arguments. */
export function request(method: MethodName, args: (writer: CborWriter) => unknown = () => undefined): Buffer {
  const writer = new CborWriter().integer(1).integer(METHODS[method].id);
  args(writer);
  return writer.finish();
}

/** A client that sends bytes as it is told. */
export class RawClient {
  #received = Buffer.alloc(0);

  private constructor(readonly socket: Socket) {
    socket.on('data', (chunk) => (this.#received = Buffer.concat([this.#received, chunk])));
    socket.on('error', () => socket.destroy());
  }

  static async connect(port: number): Promise<RawClient> {
    const socket = connect({ port, host: '127.0.0.1' });
    await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    return new RawClient(socket);
  }

  get received(): Buffer {
    return this.#received;
  }

  send(...parts: Buffer[]): this {
    this.socket.write(Buffer.concat(parts));
    return this;
  }

  async closed(): Promise<void> {
    await waitUntil('the server closes the connection', () => this.socket.closed);
  }
}
