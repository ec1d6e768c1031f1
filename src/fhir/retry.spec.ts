import { retry, type RetryOptions } from './retry.js';

const TRANSIENT = new Error('passes');

function setUp(faults: Error[]) {
  const waits: number[] = [];
  const options: RetryOptions = {
    attempts: 4,
    baseDelayMs: 100,
    isTransient: (error) => error === TRANSIENT,
    random: () => 0.5,
    sleep: (ms) => Promise.resolve(waits.push(ms)),
  };
  let runs = 0;
  const action = () => {
    const fault = faults[runs];
    runs += 1;
    return fault === undefined ? Promise.resolve('done') : Promise.reject(fault);
  };
  return { result: retry(action, options), waits, runs: () => runs };
}

describe('retry', () => {
  it('tries again while faults pass, and waits a share of a doubling time', async () => {
    const { result, waits } = setUp([TRANSIENT, TRANSIENT, TRANSIENT]);

    await expect(result).resolves.toBe('done');
    expect(waits).toEqual([50, 100, 200]);
  });

  it('gives up after the last attempt, with its fault', async () => {
    const { result, runs } = setUp(Array<Error>(9).fill(TRANSIENT));

    await expect(result).rejects.toBe(TRANSIENT);
    expect(runs()).toBe(4);
  });

  it('a fault that lasts is not tried again', async () => {
    const lasting = new Error('lasts');
    const { result, runs } = setUp([TRANSIENT, lasting]);

    await expect(result).rejects.toBe(lasting);
    expect(runs()).toBe(2);
  });
});
