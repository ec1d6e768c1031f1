import { BoundedThrottlerStorage, callerKey, MAX_CALLERS } from './bounded-throttler-storage.js';

const MINUTE_MS = 60_000;
const ana = callerKey('subject', 'ana');

function setUp() {
  const clock = { ms: 0 };
  const storage = new BoundedThrottlerStorage(() => clock.ms);
  return { clock, storage, hit: (key: string) => storage.increment(key, MINUTE_MS, 2) };
}

describe('BoundedThrottlerStorage', () => {
  it('reports hits, and when blocked the seconds to wait', async () => {
    const { clock, hit } = setUp();

    expect(await hit(ana)).toEqual({
      totalHits: 1,
      timeToExpire: 60,
      isBlocked: false,
      timeToBlockExpire: 0,
    });
    await hit(ana);
    clock.ms = 10_500;
    expect(await hit(ana)).toEqual({
      totalHits: 2,
      timeToExpire: 50,
      isBlocked: true,
      timeToBlockExpire: 50,
    });
    clock.ms = 59_999;
    expect(await hit(ana)).toMatchObject({ isBlocked: true, timeToBlockExpire: 1 });
    clock.ms = 60_000;
    expect(await hit(ana)).toMatchObject({ isBlocked: false, totalHits: 1 });
  });

  it('counts callers apart', async () => {
    const { hit } = setUp();
    await hit(ana);
    await hit(ana);

    expect((await hit(ana)).isBlocked).toBe(true);
    expect((await hit(callerKey('subject', 'bruno'))).isBlocked).toBe(false);
    expect((await hit(callerKey('address', 'ana'))).isBlocked).toBe(false);
  });

  it('100,000 addresses leave a bounded number of counters, and make no principal forgotten', async () => {
    const { storage, hit } = setUp();
    await hit(ana);
    await hit(ana);

    for (let address = 0; address < 100_000; address += 1) await hit(callerKey('address', String(address)));

    expect(storage.size).toBe(MAX_CALLERS + 1);
    expect((await hit(ana)).isBlocked).toBe(true);
  });

  it('an address that keeps asking is not forgotten in a flood of others', async () => {
    const { hit } = setUp();
    const flooder = callerKey('address', 'flooder');

    for (let address = 0; address < 3 * MAX_CALLERS; address += 1) {
      if (address % (MAX_CALLERS / 2) === 0) await hit(flooder);
      await hit(callerKey('address', String(address)));
    }

    expect((await hit(flooder)).isBlocked).toBe(true);
  });

  it('a hundred thousand principals leave a bounded number of counters', async () => {
    const { storage, hit } = setUp();

    for (let index = 0; index < 100_000; index += 1) await hit(callerKey('subject', String(index)));

    expect(storage.size).toBe(MAX_CALLERS);
  });
});
