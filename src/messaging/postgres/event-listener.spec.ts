import { getEventListeners } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { EventListener } from './event-listener.js';

describe('EventListener', () => {
  it('keeps nothing of sessions that have ended, however many there were', async () => {
    let connections = 0;
    const { promise: enough, resolve } = Promise.withResolvers<void>();
    const server = createServer((socket) => {
      socket.destroy();
      if (++connections === 3) resolve();
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const { port } = server.address() as AddressInfo;
    const listener = new EventListener({ databaseUrl: `postgres://127.0.0.1:${port}/none` });

    const ended = listener.listen(() => undefined);
    await enough;
    const { signal } = (listener as unknown as { stopping: AbortController }).stopping;
    // That of the session at hand, and that of the pause after it.
    expect(getEventListeners(signal, 'abort').length).toBeLessThanOrEqual(2);
    listener.close();
    await ended;
    await new Promise((closed) => server.close(closed));
  });
});
