import pg from 'pg';
import { StreamPoller } from '../../src/messaging/stream/stream-poller.js';
import { StreamReader } from '../../src/messaging/stream/stream-reader.js';
import { StreamSource } from '../../src/messaging/table/stream-source.js';
import { PrismaService } from '../../src/prisma/prisma.service.js';
import { connect } from '../prisma/version-watch.js';
import { testConnection } from '../support/dynamodb.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { waitUntil } from '../support/wait-until.js';
import { MessagesBench, streamParts } from './support.js';

describe('the lease on the stream of messages', () => {
  const bench = new MessagesBench();
  const source = new StreamSource(testConnection(), bench.table);
  let database: TestDatabase;
  let prisma: PrismaService;
  let psql: pg.Client;
  let arn: string;

  beforeAll(async () => {
    await bench.create();
    arn = (await source.arn()) ?? '';
  });
  beforeEach(async () => {
    database = await createTestDatabase();
    prisma = new PrismaService({ databaseUrl: database.url });
    psql = await connect(database.url);
  });
  afterEach(async () => {
    await psql.end();
    await prisma.$disconnect();
    await database.drop();
  });
  afterAll(async () => {
    source.close();
    await bench.close();
  });

  /** The parts of a poller, which count what they ask of DynamoDB and of PostgreSQL. */
  function parts() {
    const asked = { tables: 0, leases: 0 };
    const { counts, handler, progress, retention } = streamParts(prisma);
    const own = new StreamSource(testConnection(), bench.table);
    const [describe, acquire] = [own.arn.bind(own), progress.acquire.bind(progress)];
    own.arn = () => ((asked.tables += 1), describe());
    progress.acquire = (...given) => ((asked.leases += 1), acquire(...given));
    const poller = new StreamPoller(own, handler, progress, retention, counts);
    return { asked, counts, progress, handler, poller };
  }

  const leaseUntil = (when: string) => psql.query(`UPDATE stream_shard SET lease_until = $1`, [when]);

  it('the lease is one owner’s until it runs out, and then the next one’s: only an owner writes checkpoints', async () => {
    const { progress } = parts();
    const keep = (owner: string) => progress.checkpoint(arn, owner, 'shard', owner);
    expect(await progress.acquire(arn, 'first')).toBe(true);
    await leaseUntil('infinity');
    expect([await progress.acquire(arn, 'second'), await keep('second'), await keep('first')]).toEqual([
      false,
      false,
      true,
    ]);
    await leaseUntil('-infinity');
    expect([await progress.acquire(arn, 'second'), await keep('first'), await keep('second')]).toEqual([
      true,
      false,
      true,
    ]);
    expect(await progress.checkpoints(arn)).toEqual(new Map([['shard', 'second']]));
  });

  it('who waits for the lease asks for it often, and rarely for the table', async () => {
    const [first, waiting] = [parts(), parts()];
    await first.progress.acquire(arn, 'first');
    // However long the machine stands still meanwhile.
    await leaseUntil('infinity');
    waiting.poller.onApplicationBootstrap();
    await waitUntil('it has waited', () => waiting.asked.leases >= 8);
    expect(waiting.asked.tables).toBeLessThanOrEqual(waiting.asked.leases / 2);
    expect(waiting.counts.isOwner).toBe(false);

    await first.progress.release(arn, 'first');
    await waitUntil('it reads', () => waiting.counts.isOwner);
    await waiting.poller.onModuleDestroy();
  });

  it('the lease is asked for once a period, beginning with the take-over', async () => {
    let nowMs = 0;
    const { asked, progress, handler } = parts();
    const going = () => false;
    const first = new StreamReader(arn, 'first', source, progress, handler, () => nowMs);
    await first.acquire();
    // Checkpoints extend it as well.
    while ((await first.round(going)) > 0);
    nowMs += 299;
    await first.round(going);
    expect(asked.leases).toBe(1);
    nowMs += 1;
    await first.round(going);
    await first.round(going);
    expect(asked.leases).toBe(2);
  });
});
