import { CacheCluster } from '../support/cache-cluster.js';
import { Gate } from '../support/cache-gate.js';
import { countOf } from '../support/cache-harness.js';
import { CacheProcess } from '../support/cache-processes.js';
import { createTestTable, type TestTable } from '../support/dynamodb.js';
import { waitUntil } from '../support/wait-until.js';

const PROCESSES = 8;
const REQUESTS = 25;
const LOCK = 4_711;

describe('many requests at once', () => {
  let cluster: CacheCluster;
  let table: TestTable;
  let processes: readonly CacheProcess[] = [];

  beforeEach(async () => {
    cluster = await CacheCluster.start();
    table = await createTestTable();
  });
  afterEach(async () => {
    for (const one of processes) one.kill();
    await table.drop();
    await cluster.close();
  });

  // Guards tiered-cache.ts, fill: `this.flights.run(…)`.
  it('200 requests in one process miss one key at once: one load', async () => {
    const instance = await cluster.instance();
    const id = await cluster.rows.patient('One');
    const gate = new Gate();
    instance.origin.gate = gate;
    const all = Array.from({ length: 200 }, () => instance.name(id));
    await gate.reached;
    await waitUntil('all have joined', () => countOf(instance.events, { type: 'joined' }) === 199);
    gate.open();

    expect(new Set(await Promise.all(all))).toEqual(new Set(['One']));
    expect(instance.origin.loads).toBe(1);
  });

  // Guards leased-load.ts, and entry-filler.ts, fill: `new LeasedLoad(…)`; and tiered-cache.ts, fill: `this.flights.run(…)`.
  it('8 processes miss one key at once, 25 requests each: one load', async () => {
    const patientId = await cluster.rows.patient('One');
    const task = {
      databaseUrl: cluster.database.url,
      table: table.name,
      connection: table.connection,
      patientId,
      requests: REQUESTS,
      lock: LOCK,
    };
    processes = Array.from({ length: PROCESSES }, () => new CacheProcess(task));
    await Promise.all(processes.map((one) => one.ready()));
    await cluster.rows.query('SELECT pg_advisory_lock($1)', [LOCK]);
    await Promise.all(processes.map((one) => one.miss()));
    await cluster.rows.query('SELECT pg_advisory_unlock($1)', [LOCK]);
    const results = await Promise.all(processes.map((one) => one.result()));

    expect(results.reduce((sum, { loads }) => sum + loads, 0)).toBe(1);
    expect(results.map(({ names }) => names)).toEqual(Array.from({ length: PROCESSES }, () => ['One']));
    // Who gets the lease after the load finds the entry, and loads nothing.
    expect(results.flatMap(({ leases }) => leases)).toHaveLength(PROCESSES);
  });
});
