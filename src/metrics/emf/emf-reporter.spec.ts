import { jest } from '@jest/globals';
import type { CacheAdmin } from '../../cache/index.js';
import { EmfReporter } from './emf-reporter.js';
import { RequestLatencies } from '../request-latencies.js';

const MINUTE_MS = 60_000;

describe('EmfReporter', () => {
  const written: string[] = [];
  let requests: number;
  let reporter: EmfReporter;

  beforeEach(() => {
    jest.useFakeTimers();
    jest.spyOn(process.stdout, 'write').mockImplementation((line) => written.push(String(line)) > 0);
    written.length = 0;
    requests = 2;
  });
  afterEach(() => {
    jest.restoreAllMocks();
    jest.useRealTimers();
  });

  function start(emfNamespace: string | undefined): void {
    const overview = () => ({
      total: { requests, hits: { L1: 1, L2: 0 }, loads: 1, joined: 0, servedStale: 0, inconsistencies: 0 },
      local: { bytes: 10 },
      shared: { state: 'open', faults: { 'read Timeout': 4 } },
      feed: { state: 'dead', invalidations: 5 },
      routes: [{ loads: { failed: 1 }, defects: { checksum: 1 } }],
    });
    const admin = { overview } as unknown as CacheAdmin;
    reporter = new EmfReporter({ emfNamespace }, admin, new RequestLatencies());
    reporter.onModuleInit();
  }
  const lines = () => written.map((line) => JSON.parse(line) as Record<string, unknown>);
  const requestsTold = () => lines().map(({ Requests }) => Requests);

  it('without METRICS_EMF writes nothing', () => {
    start(undefined);
    jest.advanceTimersByTime(2 * MINUTE_MS);
    reporter.reportIfDue();
    reporter.onModuleDestroy();

    expect(written).toEqual([]);
  });

  it('writes a line a minute, of what happened since the one before', () => {
    start('Careline/test');
    jest.advanceTimersByTime(MINUTE_MS - 1);
    expect(requestsTold()).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(requestsTold()).toEqual([2]);
    requests = 5;
    jest.advanceTimersByTime(MINUTE_MS);

    expect(requestsTold()).toEqual([2, 3]);
  });

  it('frozen between requests, it writes when it is asked and a minute has passed', () => {
    start('Careline/test');
    reporter.reportIfDue();
    requests = 5;
    reporter.reportIfDue();
    expect(requestsTold()).toEqual([2]);
    jest.setSystemTime(Date.now() + MINUTE_MS);
    reporter.reportIfDue();
    reporter.reportIfDue();

    expect(requestsTold()).toEqual([2, 3]);
  });

  it('asked and by itself, it writes no more than one line a minute', () => {
    start('Careline/test');
    jest.advanceTimersByTime(MINUTE_MS / 2);
    reporter.reportIfDue();
    jest.advanceTimersByTime(MINUTE_MS - 1);
    expect(written).toHaveLength(1);
    jest.advanceTimersByTime(1);

    expect(written).toHaveLength(2);
  });

  it('writes a last line when the service stops, of states and counts', () => {
    start('Careline/test');
    reporter.onModuleDestroy();
    jest.advanceTimersByTime(2 * MINUTE_MS);

    expect(lines()).toEqual([
      expect.objectContaining({
        HitsL1: 1,
        Requests: 2,
        LoadFailures: 1,
        Defects: 1,
        StoreFaults: 4,
        FeedLive: 0,
        BreakerOpen: 1,
        LocalBytes: 10,
      }),
    ]);
  });

  it('tells numbers only: no name of a route, no key, no tag', () => {
    start('Careline/test');
    reporter.onModuleDestroy();
    const [{ _aws: metadata, ...members } = {}] = lines();

    expect(metadata).toBeDefined();
    expect(Object.values(members).every((value) => typeof value === 'number')).toBe(true);
  });
});
