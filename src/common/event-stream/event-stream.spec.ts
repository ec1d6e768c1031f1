import { jest } from '@jest/globals';
import { text } from 'node:stream/consumers';
import { EventStream } from './event-stream.js';

describe('EventStream', () => {
  it('is told one end, also when it has not read it yet; nothing comes after it', async () => {
    const client = new EventStream('somebody', 0);
    client.push('data: 1\n\n');
    client.end('expired');
    client.end('shutdown');

    expect(client.push('data: 2\n\n')).toBe(false);
    expect(await text(client.stream)).toBe('data: 1\n\nevent: end\ndata: {"reason":"expired"}\n\n');
  });

  it('that does not read its end is cut off', () => {
    jest.useFakeTimers();
    const client = new EventStream('somebody', 0);
    client.end('shutdown');
    jest.advanceTimersByTime(1_999);
    expect(client.stream.destroyed).toBe(false);
    jest.advanceTimersByTime(1);
    expect(client.stream.destroyed).toBe(true);
    jest.useRealTimers();
  });

  it('taken: when its reader has all that waits, however much that is', async () => {
    const client = new EventStream('somebody', 0);
    await client.taken();
    for (let i = 0; i < 50; i += 1) client.push('x'.repeat(1_000));
    const taken = client.taken();
    let length = 0;
    const reading = (async () => {
      for await (const chunk of client.stream) length += String(chunk).length;
    })();
    await taken;
    expect(length).toBe(50_000);
    client.stream.destroy();
    await reading.catch(() => undefined);
  });

  it('taken: when it has gone away', async () => {
    const client = new EventStream('somebody', 0);
    client.push('data: 1\n\n');
    const taken = client.taken();
    client.stream.destroy();
    await taken;
    await client.taken();
  });

  it('that has gone away takes nothing', () => {
    const client = new EventStream('somebody', 0);
    client.stream.destroy();
    client.end('shutdown');

    expect(client.push('data: 1\n\n')).toBe(false);
  });
});
