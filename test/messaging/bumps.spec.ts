import { randomUUID } from 'node:crypto';
import { BumpsRepository } from '../../src/messaging/postgres/bumps.repository.js';
import { MESSAGES_TAG, tagsOfMessage } from '../../src/messaging/cache-tags.js';
import { PrismaService } from '../../src/prisma/prisma.service.js';
import { connect, VersionWatch } from '../prisma/version-watch.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { waitUntil } from '../support/wait-until.js';

describe('bumps of messages', () => {
  let database: TestDatabase;
  let prisma: PrismaService;
  let bumps: BumpsRepository;
  let watch: VersionWatch;
  const message = { conversationId: randomUUID(), from: randomUUID(), to: randomUUID() };
  const tags = tagsOfMessage(message);
  const each = (count: number) => Object.fromEntries(tags.map((tag) => [tag, count]));

  beforeAll(async () => {
    database = await createTestDatabase();
    prisma = new PrismaService({ databaseUrl: database.url });
    bumps = new BumpsRepository(prisma);
    watch = await VersionWatch.open(database.url);
  });
  afterAll(async () => {
    await watch.close();
    await prisma.$disconnect();
    await database.drop();
  });

  it('raises the tags of a write once, and makes their rows', async () => {
    const writeId = randomUUID();

    expect(await bumps.bumpOnce(writeId, tags)).toBe(true);
    expect((await watch.look()).bumps).toEqual(each(1));
    expect(await bumps.bumpOnce(writeId, tags)).toBe(false);
    expect((await watch.look()).bumps).toEqual({});
  });

  it('two at once for one write: one raises, and the other waits for its commit', async () => {
    const writeId = randomUUID();
    const psql = await connect(database.url);
    await psql.query('BEGIN');
    await psql.query('INSERT INTO message_write (write_id) VALUES ($1)', [writeId]);
    let hasResolved = false;
    const second = bumps.bumpOnce(writeId, tags).finally(() => (hasResolved = true));
    await waitUntil('the second one waits', async () => {
      const waiting = await psql.query(
        `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`,
      );
      return waiting.rowCount === 1;
    });

    expect(hasResolved).toBe(false);
    await psql.query('COMMIT');
    await psql.end();
    expect(await second).toBe(false);
  });

  it('writers of messages in both directions do not deadlock, and each raises', async () => {
    await watch.look();
    const back = tagsOfMessage({ ...message, from: message.to, to: message.from });
    await Promise.all(
      Array.from({ length: 40 }, (_, index) => bumps.bumpOnce(randomUUID(), index % 2 === 0 ? tags : back)),
    );

    expect((await watch.look()).bumps).toEqual(each(40));
  });

  it('what raises without a write raises each time', async () => {
    await bumps.bump([MESSAGES_TAG]);
    await bumps.bump([MESSAGES_TAG]);

    expect((await watch.look()).bumps).toEqual({ messages: 2 });
  });
});
