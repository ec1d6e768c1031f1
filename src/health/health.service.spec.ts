import { jest } from '@jest/globals';
import type { HealthProbe } from '../common/health-probe.js';
import { HealthService } from './health.service.js';

const probe = (name: string, check: HealthProbe['check']): HealthProbe => ({ name, kind: 'external', check });

describe('readiness', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('an engine that answers is up, one that fails or throws is down', async () => {
    const health = new HealthService([
      probe('answers', () => Promise.resolve()),
      probe('fails', () => Promise.reject(new Error('down'))),
      probe('throws', () => {
        throw new Error('down');
      }),
    ]);

    expect(await health.readiness()).toMatchObject({
      status: 'unavailable',
      engines: [{ status: 'up' }, { status: 'down' }, { status: 'down' }],
    });
    expect(jest.getTimerCount()).toBe(0);
  });

  it('an engine that does not answer is down after a second, and not before', async () => {
    const health = new HealthService([probe('silent', () => Promise.withResolvers<never>().promise)]);
    let status: string | undefined;
    void health.readiness().then((readiness) => ({ status } = readiness));
    await jest.advanceTimersByTimeAsync(999);
    expect(status).toBeUndefined();
    await jest.advanceTimersByTimeAsync(1);

    expect(status).toBe('unavailable');
  });
});
