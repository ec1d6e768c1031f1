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

describe('the ownership of the stream of messages', () => {
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
    const asked = { tables: 0, ownerships: 0 };
    const { counts, handler, progress, retention } = streamParts(prisma);
    const own = new StreamSource(testConnection(), bench.table);
    const [describe, takeOwnership] = [own.arn.bind(own), progress.takeOwnership.bind(progress)];
    own.arn = () => ((asked.tables += 1), describe());
    progress.takeOwnership = (...call) => ((asked.ownerships += 1), takeOwnership(...call));
    const poller = new StreamPoller(own, handler, progress, retention, counts);
    return { asked, counts, progress, handler, poller };
  }

  const ownedUntil = (when: string) => psql.query(`UPDATE stream_shard SET lease_until = $1`, [when]);

  it('the stream is one owner’s until that runs out, and then the next one’s: only an owner writes checkpoints', async () => {
    const { progress } = parts();
    const keep = (owner: string) => progress.checkpoint(arn, owner, 'shard', owner);
    expect(await progress.takeOwnership(arn, 'first')).toBe(true);
    await ownedUntil('infinity');
    expect([await progress.takeOwnership(arn, 'second'), await keep('second'), await keep('first')]).toEqual([
      false,
      false,
      true,
    ]);
    await ownedUntil('-infinity');
    expect([await progress.takeOwnership(arn, 'second'), await keep('first'), await keep('second')]).toEqual([
      true,
      false,
      true,
    ]);
    expect(await progress.checkpoints(arn)).toEqual(new Map([['shard', 'second']]));
  });

  it('who waits for the ownership asks for it often, and rarely for the table', async () => {
    const [first, waiting] = [parts(), parts()];
    await first.progress.takeOwnership(arn, 'first');
    // However long the machine stands still meanwhile.
    await ownedUntil('infinity');
    waiting.poller.onApplicationBootstrap();
    await waitUntil('it has waited', () => waiting.asked.ownerships >= 8);
    expect(waiting.asked.tables).toBeLessThanOrEqual(waiting.asked.ownerships / 2);
    expect(waiting.counts.isOwner).toBe(false);

    await first.progress.giveUpOwnership(arn, 'first');
    await waitUntil('it reads', () => waiting.counts.isOwner);
    await waiting.poller.onModuleDestroy();
  });

  it('ownership is asked for once a period, beginning with the take-over', async () => {
    let nowMs = 0;
    const { asked, progress, handler } = parts();
    const going = () => false;
    const first = new StreamReader(arn, 'first', source, progress, handler, () => nowMs);
    await first.takeOwnership();
    // Checkpoints extend it as well.
    while ((await first.round(going)) > 0);
    nowMs += 299;
    await first.round(going);
    expect(asked.ownerships).toBe(1);
    nowMs += 1;
    await first.round(going);
    await first.round(going);
    expect(asked.ownerships).toBe(2);
  });
});
