import { readFile } from 'node:fs/promises';
import { openClinic, type Clinic } from '../support/clinic.js';

interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/**
 * Prometheus' text format 0.0.4, strictly: a type before its samples, no sample twice. `Nan` is prom-client's spelling of
 * NaN, which Prometheus reads in any case.
 */
function parse(text: string): { readonly types: Map<string, string>; readonly samples: Sample[] } {
  const types = new Map<string, string>();
  const samples: Sample[] = [];
  const seen = new Set<string>();
  for (const line of text.split('\n')) {
    const type = /^# TYPE ([a-z_:][\w:]*) (counter|gauge|histogram|summary)$/.exec(line);
    if (type !== null) types.set(type[1] ?? '', type[2] ?? '');
    if (line === '' || line.startsWith('#')) continue;
    const sample =
      /^([a-zA-Z_:][\w:]*)(?:\{((?:\w+="(?:[^"\\]|\\.)*",?)*)\})? (N[aA][nN]|[+-]?Inf|[-+.\de]+)$/.exec(line);
    if (sample === null) throw new Error(`not a sample: ${line}`);
    const [, name = '', labels = '', value = ''] = sample;
    const series = line.slice(0, line.lastIndexOf(' '));
    if (seen.has(series)) throw new Error(`twice: ${series}`);
    seen.add(series);
    const family = name.replace(/_(bucket|sum|count)$/, '');
    if (!types.has(name) && !types.has(family)) throw new Error(`no type: ${name}`);
    samples.push({
      name,
      labels: Object.fromEntries<string>(
        [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, k = '', v = '']) => [k, v]),
      ),
      value: Number(value.replace('Inf', 'Infinity')),
    });
  }
  return { types, samples };
}

describe('GET /metrics', () => {
  let clinic: Clinic;
  let id: string;
  beforeAll(async () => {
    clinic = await openClinic();
    id = await clinic.rows.patient('García', 'José');
    await clinic.clinician.get(`/api/patients/${id}`);
    await clinic.clinician.get(`/api/patients/${id}`);
    await clinic.clinician.get('/api/patients');
    await clinic.clinician.get('/api/nothing/at/all');
  });
  afterAll(() => clinic.close());

  const scrape = async () => {
    const response = await fetch(`${clinic.app.url}/metrics`);
    return { response, text: await response.text() };
  };
  const parsed = async () => parse((await scrape()).text);
  const value = async (name: string, labels: Record<string, string> = {}) =>
    (await parsed()).samples.find(
      (sample) =>
        sample.name === name && Object.entries(labels).every(([label, is]) => sample.labels[label] === is),
    )?.value;

  it('is public, and in the text format of Prometheus', async () => {
    const { response, text } = await scrape();

    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(() => parse(text)).not.toThrow();
  });

  it('has what happened by route and tier', async () => {
    const route = 'PatientsController.record';

    expect(await value('careline_cache_hits_total', { route, tier: 'L1' })).toBe(1);
    expect(await value('careline_cache_misses_total', { route, tier: 'L1' })).toBe(1);
    expect(await value('careline_cache_stored_total', { route, tier: 'L1' })).toBe(1);
    expect(await value('careline_cache_load_duration_seconds_count', { route })).toBe(1);
  });

  it('has the states, each but one of them zero, and no inconsistency', async () => {
    expect(await value('careline_cache_feed_state', { state: 'live' })).toBe(1);
    expect(await value('careline_cache_feed_state', { state: 'dead' })).toBe(0);
    expect(await value('careline_cache_breaker_state', { state: 'none' })).toBe(1);
    expect(await value('careline_cache_feed_changes_total', { to: 'connected', reason: '' })).toBeGreaterThan(
      0,
    );
    expect(await value('careline_cache_inconsistencies_total')).toBe(0);
  });

  it('has the durations of requests: cumulative buckets up to all of them, in seconds', async () => {
    const { samples, types } = await parsed();
    const name = 'careline_http_request_duration_seconds';
    const hits = samples.filter(
      ({ labels }) => labels['route'] === '/api/patients/:id' && labels['source'] === 'L1',
    );
    const buckets = hits.filter((sample) => sample.name === `${name}_bucket`);
    const counts = buckets.map((bucket) => bucket.value);

    expect(types.get(name)).toBe('histogram');
    expect(counts).toEqual(counts.toSorted((a, b) => a - b));
    expect(buckets.at(-1)).toMatchObject({ labels: { le: '+Inf' }, value: 1 });
    expect(hits.find((sample) => sample.name === `${name}_count`)?.value).toBe(1);
    expect(hits.find((sample) => sample.name === `${name}_sum`)?.value).toBeLessThan(10);
    expect(samples.find(({ labels }) => labels['route'] === 'none')?.labels['status']).toBe('404');
  });

  it('has the figures of the process', async () => {
    expect(await value('process_cpu_seconds_total')).toBeGreaterThan(0);
    expect(await value('nodejs_eventloop_lag_p99_seconds')).toBeDefined();
  });

  it('is documented, metric by metric', async () => {
    const { types } = await parsed();
    const documented = (await readFile('docs/operations.md', 'utf8'))
      .split('\n')
      .filter((line) => line.startsWith('| `careline_'))
      .flatMap((line) =>
        [...(line.split('|')[1] ?? '').matchAll(/`(careline_\w+)`/g)].map(([, name]) => name),
      );

    const own = [...types.keys()].filter((name) => name.startsWith('careline_'));
    expect([...new Set(documented)].toSorted()).toEqual(own.toSorted());
  });

  it('Grafana asks for metrics that are exported, and for nothing else', async () => {
    const { types } = await parsed();
    const { panels } = JSON.parse(await readFile('docker/grafana/dashboards/careline.json', 'utf8')) as {
      panels: { title: string; targets: { expr: string }[] }[];
    };

    const asked = panels.flatMap(({ targets }) =>
      targets.flatMap(({ expr }) => expr.match(/careline_\w+/g) ?? ['no metric']),
    );
    const unknown = asked.filter(
      (name) => !types.has(name) && !types.has(name.replace(/_(bucket|sum|count)$/, '')),
    );
    expect(unknown).toEqual([]);
    expect(panels.length).toBeGreaterThanOrEqual(10);
  });

  it('names nobody and nothing that was asked for', async () => {
    const { text } = await scrape();

    expect(text).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-/);
    expect(text).not.toMatch(/at\/all|garc/i);
  });
});
