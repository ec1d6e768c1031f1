import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { choosePort } from './free-port.js';

async function listen(port: number): Promise<Server> {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

describe('choosePort', () => {
  it('is the same for the same engine, outside the ranges of outgoing connections', async () => {
    const { port, taken } = await choosePort('careline-test-1', undefined);

    expect((await choosePort('careline-test-1', undefined)).port).toBe(port);
    expect((await choosePort('careline-test-2', undefined)).port).not.toBe(port);
    expect(taken).toBeUndefined();
    expect(port).toBeGreaterThanOrEqual(20_000);
    expect(port).toBeLessThan(30_000);
  });

  it('is the remembered one while that is free', async () => {
    const server = await listen(0);
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');

    expect(await choosePort('careline-test', port)).toEqual({ port, taken: undefined });
  });

  it('is the remembered one when whoever had it just goes', async () => {
    const server = await listen(0);
    const { port } = server.address() as AddressInfo;

    const choice = choosePort('careline-test', port);
    setTimeout(() => server.close(), 200);

    expect(await choice).toEqual({ port, taken: undefined });
  });

  it('is another one when the remembered one is taken, which it tells', async () => {
    const server = await listen(0);
    const { port } = server.address() as AddressInfo;

    const choice = await choosePort('careline-test', port);

    expect(choice.taken).toBe(port);
    expect(choice.port).not.toBe(port);
    server.close();
  });

  it('passes over a taken port', async () => {
    const { port } = await choosePort('careline-test-3', undefined);
    const server = await listen(port);

    expect((await choosePort('careline-test-3', undefined)).port).not.toBe(port);
    server.close();
  });
});
