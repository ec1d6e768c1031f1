import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Api } from '../support/api.js';
import {
  messagingEnvironment,
  openPostOffice,
  type Conversation,
  type Message,
  type PageOf,
  type PostOffice,
} from '../support/messaging.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

const INSTANCES = 4;
const WRITERS = 25;
const EACH = 20;
const TOTAL = INSTANCES * WRITERS * EACH;

/** Each instance has writers in both directions. */
const isAna = (writer: number): boolean => Math.floor(writer / INSTANCES) % 2 === 0;

describe('four instances of the service and one conversation', () => {
  let office: PostOffice;
  let others: TestApp[];
  let urls: string[];

  beforeAll(async () => {
    office = await openPostOffice();
    const place = { databaseUrl: office.app.databaseUrl, dataDir: office.app.config.dataDir };
    const start = () => startTestApp(messagingEnvironment(office.table), place);
    others = await Promise.all(Array.from({ length: INSTANCES - 1 }, start));
    urls = [office.app, ...others].map(({ url }) => url);
  }, 60_000);
  afterAll(async () => {
    await Promise.all(others.map((app) => app.close()));
    await office.close();
  });

  /** Sends until it is answered, as a client should: under one key. */
  async function send(from: Api, to: string, text: string): Promise<void> {
    const key = { 'idempotency-key': randomUUID() };
    for (;;) {
      const { status, headers } = await from.post('/api/messages', { to, text }, key);
      if (status === 201) return;
      if (status !== 503) throw new Error(`a message was answered by ${status}`);
      await pause(Number(headers.get('retry-after')) * 1_000 * Math.random());
    }
  }

  it(`${TOTAL} messages of ${WRITERS} writers each: none lost, none doubled, one order, unread exact`, async () => {
    const { ana, bruno } = office;
    const write = async (writer: number): Promise<void> => {
      const [from, to] = isAna(writer) ? [ana, 'bruno'] : [bruno, 'ana'];
      const client = new Api(urls[writer % INSTANCES] as string, from.token);
      for (let i = 0; i < EACH; i += 1) await send(client, to, `${writer} ${i}`);
    };
    await Promise.all(Array.from({ length: INSTANCES * WRITERS }, (_, writer) => write(writer)));

    const [conversation] = (await ana.get<PageOf<Conversation>>('/api/conversations')).body.items;
    const { items } = await bruno.pages<Message>(`/api/conversations/${conversation?.id}/messages?limit=100`);
    const oldestFirst = items.toReversed();
    const texts = oldestFirst.map(({ text }) => text);
    const ids = oldestFirst.map(({ id }) => id);

    expect(texts).toHaveLength(TOTAL);
    expect(new Set(texts).size).toBe(TOTAL);
    expect(ids).toEqual([...new Set(ids)].sort());
    expect(oldestFirst.map(({ at }) => at)).toEqual(oldestFirst.map(({ at }) => at).sort());
    for (let writer = 0; writer < INSTANCES * WRITERS; writer += 1) {
      const own = texts.filter((text) => text.startsWith(`${writer} `));
      expect(own).toEqual(Array.from({ length: EACH }, (_, i) => `${writer} ${i}`));
    }
    const written = Array.from({ length: INSTANCES * WRITERS }, (_, writer) => writer);
    const ofAna = written.filter(isAna).length * EACH;
    expect(conversation).toMatchObject({ unread: TOTAL - ofAna, lastMessage: { text: texts.at(-1) } });
    const [ofBruno] = (await bruno.get<PageOf<Conversation>>('/api/conversations')).body.items;
    expect(ofBruno).toMatchObject({ unread: ofAna, lastMessage: { text: texts.at(-1) } });
  }, 180_000);
});
