import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { BumpsRepository } from '../../src/messaging/postgres/bumps.repository.js';
import { MessageEventsRepository } from '../../src/messaging/postgres/message-events.repository.js';
import { Retention } from '../../src/messaging/stream/retention.js';
import { PrismaService } from '../../src/prisma/prisma.service.js';
import { connect } from '../prisma/version-watch.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { newMessage } from './support.js';

const HOUR_MS = 3_600_000;

describe('what is old of messages', () => {
  let database: TestDatabase;
  let prisma: PrismaService;
  let psql: pg.Client;
  let events: MessageEventsRepository;
  let bumps: BumpsRepository;

  beforeEach(async () => {
    database = await createTestDatabase();
    prisma = new PrismaService({ databaseUrl: database.url });
    psql = await connect(database.url);
    events = new MessageEventsRepository(prisma);
    bumps = new BumpsRepository(prisma);
  });
  afterEach(async () => {
    await psql.end();
    await prisma.$disconnect();
    await database.drop();
  });

  /** Events of such ages, in the order in which the stream brought them. */
  async function append(...hours: number[]): Promise<void> {
    for (const age of hours) {
      await events.append(newMessage({ at: new Date(Date.now() - age * HOUR_MS).toISOString() }));
    }
  }
  const ages = async () =>
    (await events.after(0, 100)).map(({ at }) => Math.round((Date.now() - at.getTime()) / HOUR_MS));
  const write = (hours: number) =>
    psql.query(`INSERT INTO message_write VALUES ($1, now() - make_interval(hours => $2))`, [
      randomUUID(),
      hours,
    ]);
  const writes = async () => (await psql.query('SELECT FROM message_write')).rowCount;

  it('events before the first young one go, also where clocks of writers differ: there is no hole', async () => {
    await append(60, 50, 47, 70, 1, 49, 0);
    await events.prune();

    expect(await ages()).toEqual([47, 70, 1, 49, 0]);
  });

  it('events of which none is young stay: their last is where clients resume', async () => {
    await append(60, 50);
    await events.prune();

    expect(await ages()).toEqual([60, 50]);
  });

  it('events and marks of writes go together, at most once in 10 minutes', async () => {
    const retention = new Retention(events, bumps);
    await append(50, 0);
    await write(73);
    await write(71);
    await retention.prune();
    expect([await ages(), await writes()]).toEqual([[0], 1]);

    await write(73);
    await retention.prune();
    expect(await writes()).toBe(2);
  });

  it('that cannot be deleted now fails nobody', async () => {
    await psql.query('DROP TABLE message_event');

    await expect(new Retention(events, bumps).prune()).resolves.toBeUndefined();
  });
});
