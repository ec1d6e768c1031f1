import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { encode, messageReader, type KeeperMessage } from '../keeper-protocol.js';
import { UserDesk, type User } from './user-desk.js';

describe('UserDesk', () => {
  let desk: UserDesk;
  let port: number;
  let events: string[];
  let sockets: Socket[];

  beforeEach(async () => {
    events = [];
    sockets = [];
    desk = new UserDesk({
      joined: (user) => {
        events.push('joined');
        user.send({ type: 'notice', line: 'hello' });
      },
      left: (user: User, how) => {
        events.push(how);
        if (how === 'released') user.dismiss({ type: 'released' });
      },
    });
    port = await desk.open();
  });
  afterEach(() => {
    desk.close();
    for (const socket of sockets) socket.destroy();
  });

  async function open(): Promise<Socket> {
    const socket = connect(port, '127.0.0.1').setEncoding('utf8');
    sockets.push(socket);
    await once(socket, 'connect');
    return socket;
  }

  /** All messages until the desk closes the connection, or until `type` has come. */
  function hear(socket: Socket, type?: KeeperMessage['type']): Promise<string[]> {
    return new Promise((resolve) => {
      const types: string[] = [];
      const take = messageReader<KeeperMessage>((message) => {
        types.push(message.type);
        if (message.type === type) resolve(types);
      });
      socket.on('data', take);
      socket.on('close', () => resolve(types));
    });
  }

  it('a user joins with the token, lets go, and is told so', async () => {
    const socket = await open();
    socket.write(encode({ type: 'join', token: desk.token }));
    expect(await hear(socket, 'notice')).toEqual(['welcome', 'notice']);
    expect(desk.count).toBe(1);

    socket.write(encode({ type: 'release' }));

    expect(await hear(socket)).toEqual(['released']);
    expect(events).toEqual(['joined', 'released']);
    expect(desk.count).toBe(0);
  });

  it('a user whose connection breaks has died, once', async () => {
    const [first, second] = [await open(), await open()];
    for (const socket of [first, second]) {
      socket.write(encode({ type: 'join', token: desk.token }));
      await hear(socket, 'welcome');
    }

    first.resetAndDestroy();
    second.write(encode({ type: 'release' }));
    await hear(second);

    expect(events.sort()).toEqual(['died', 'joined', 'joined', 'released']);
  });

  it('who connected before the desk closed and joins after it is sent away', async () => {
    const socket = await open();
    // Its connection is known to the desk, too, when a later one was served.
    const witness = await open();
    witness.write(encode({ type: 'join', token: desk.token }));
    await hear(witness, 'welcome');

    desk.close();
    socket.write(encode({ type: 'join', token: desk.token }));

    expect(await hear(socket)).toEqual([]);
    expect(events).toEqual(['joined']);
  });
});
