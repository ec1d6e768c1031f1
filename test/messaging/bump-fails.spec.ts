import { Api } from '../support/api.js';
import { withFailingBump } from '../support/failing-bump.js';
import {
  messagingEnvironment,
  openPostOffice,
  type Message,
  type PageOf,
  type PostOffice,
} from '../support/messaging.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

const READS = 25;

describe('two instances, and a bump that fails after the message was written', () => {
  let office: PostOffice;
  let other: TestApp;
  let page: string;

  beforeAll(async () => {
    office = await openPostOffice();
    const place = { databaseUrl: office.app.databaseUrl, dataDir: office.app.config.dataDir };
    other = await startTestApp(messagingEnvironment(office.table), place);
    const { conversationId } = (await send(office.ana, 'first')).body;
    page = `/api/conversations/${conversationId}/messages`;
  });
  afterAll(async () => {
    await other.close();
    await office.close();
  });

  const send = (from: Api, text: string) =>
    from.post<Message>(
      '/api/messages',
      { to: 'bruno', text },
      { 'idempotency-key': `key-${text.replaceAll(' ', '-')}` },
    );
  /** Both who take part, each at both instances. */
  const readers = () =>
    [office.ana, office.bruno].flatMap(({ token }) => [
      new Api(office.app.url, token),
      new Api(other.url, token),
    ]);
  const texts = async (reader: Api) =>
    (await reader.get<PageOf<Message>>(page)).body.items.map(({ text }) => text);
  const fromCache = async (reader: Api) =>
    (await reader.get(page)).headers.get('cache-status')?.includes('hit') ?? false;

  it.each([
    ['the same instance', () => office.app],
    ['the other instance', () => other],
  ])(
    '503; the same again, to %s, raises, gives the one message, and then nobody gets a page without it',
    async (name, place) => {
      for (const reader of readers()) await reader.get(page);
      expect(await Promise.all(readers().map(fromCache))).toEqual([true, true, true, true]);
      const failed = await withFailingBump(office.rows, () => send(office.ana, name));
      expect(failed).toMatchObject({ status: 503, body: { code: 'DATABASE_UNAVAILABLE' } });
      // It is written, and the instances do not know: what they have is older.
      for (const reader of readers()) expect(await texts(reader)).not.toContain(name);

      const again = await send(new Api(place().url, office.ana.token), name);
      expect(again.status).toBe(201);
      const pages = await Promise.all(
        Array.from({ length: READS }, () =>
          readers().map((reader) => reader.get<PageOf<Message>>(page)),
        ).flat(),
      );
      for (const { body } of pages) {
        expect(body.items.filter(({ text }) => text === name).map(({ id }) => id)).toEqual([again.body.id]);
      }
    },
  );
});
