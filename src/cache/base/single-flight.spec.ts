import { SingleFlight } from './single-flight.js';
import { Gate } from '../../../test/support/cache-gate.js';

const ignore = () => undefined;

describe('SingleFlight', () => {
  // Guards single-flight.ts: `if (running !== undefined)`.
  it('one run for all who ask for the same key at once', async () => {
    const flights = new SingleFlight<number>();
    const gate = new Gate();
    let runs = 0;
    let joined = 0;
    const work = () => gate.pass().then(() => ++runs);
    const all = Array.from({ length: 10 }, () => flights.run('key', work, () => joined++));
    gate.open();

    expect(await Promise.all(all)).toEqual(Array.from({ length: 10 }, () => 1));
    expect(joined).toBe(9);
  });

  // Guards single-flight.ts: the map is by key.
  it('another key is another run', async () => {
    const flights = new SingleFlight<string>();
    const run = (key: string) => flights.run(key, () => Promise.resolve(key), ignore);

    expect(await Promise.all([run('v1'), run('v2')])).toEqual(['v1', 'v2']);
  });

  // Guards single-flight.ts: `finally`, for both outcomes.
  it.each([
    ['it succeeded', () => Promise.resolve(1)],
    ['it failed', () => Promise.reject(new Error('gone'))],
  ])('after %s, the next one runs anew', async (_, first) => {
    const flights = new SingleFlight<number>();
    await flights.run('key', first, ignore).catch(ignore);

    expect(flights.has('key')).toBe(false);
    expect(await flights.run('key', () => Promise.resolve(2), ignore)).toBe(2);
  });
});
