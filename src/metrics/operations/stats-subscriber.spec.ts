import { StatsSubscriber } from './stats-subscriber.js';

describe('StatsSubscriber', () => {
  it('a client that takes nothing: one message waits, the others are missed, and at last it is given up', () => {
    const client = new StatsSubscriber('subject', Infinity);
    client.offer('first');
    for (let i = 0; i < 29; i++) client.offer(`later ${i}`);

    expect(client.stream.destroyed).toBe(false);
    expect(client.stream.readableLength).toBe('first'.length);
    client.offer('last');
    expect(client.stream.destroyed).toBe(true);
  });

  it('a client that takes what it gets, now and then, is kept', () => {
    const client = new StatsSubscriber('subject', Infinity);
    client.offer('first');
    for (let i = 0; i < 100; i++) {
      if (i % 20 === 0) client.stream.read();
      client.offer(`later ${i}`);
    }

    expect(client.stream.destroyed).toBe(false);
    expect(String(client.stream.read())).toMatch(/^later \d+$/);
  });
});
