import { jest } from '@jest/globals';
import type { CacheAdmin } from '../cache/index.js';
import { EmfReporter } from './emf-reporter.js';
import { RequestLatencies } from './request-latencies.js';

/** What was written to standard output by a reporter that started and ended. */
function linesOf(emfNamespace: string | undefined): readonly string[] {
  const overview = {
    total: { requests: 2, hits: { L1: 1, L2: 0 }, loads: 1, joined: 0, servedStale: 0, inconsistencies: 0 },
    local: { bytes: 10 },
    shared: { state: 'open', faults: { 'read Timeout': 4 } },
    feed: { state: 'dead', invalidations: 5 },
    routes: [{ loads: { failed: 1 }, defects: { checksum: 1 } }],
  };
  const admin = { overview: () => overview } as unknown as CacheAdmin;
  const written: string[] = [];
  const write = jest
    .spyOn(process.stdout, 'write')
    .mockImplementation((line) => written.push(String(line)) > 0);
  try {
    const reporter = new EmfReporter({ emfNamespace }, admin, new RequestLatencies());
    reporter.onModuleInit();
    reporter.onModuleDestroy();
  } finally {
    write.mockRestore();
  }
  return written;
}

describe('EmfReporter', () => {
  it('without METRICS_EMF writes nothing', () => {
    expect(linesOf(undefined)).toEqual([]);
  });

  it('writes a last line when the service stops, of states and counts', () => {
    const [line, ...others] = linesOf('Careline/test');

    expect(others).toEqual([]);
    expect(JSON.parse(line ?? '')).toMatchObject({
      HitsL1: 1,
      Requests: 2,
      LoadFailures: 1,
      Defects: 1,
      StoreFaults: 4,
      FeedLive: 0,
      BreakerOpen: 1,
      LocalBytes: 10,
    });
  });

  it('tells numbers only: no name of a route, no key, no tag', () => {
    const { _aws: metadata, ...members } = JSON.parse(linesOf('Careline/test')[0] ?? '') as Record<
      string,
      unknown
    >;

    expect(metadata).toBeDefined();
    expect(Object.values(members).every((value) => typeof value === 'number')).toBe(true);
  });
});
