import { randomUUID } from 'node:crypto';
import type { ProblemBody } from '../../src/common/errors/problem-response.js';
import type { Answer, Api } from '../support/api.js';
import {
  openPostOffice,
  type Conversation,
  type Message,
  type PageOf,
  type PostOffice,
} from '../support/messaging.js';

describe('messages', () => {
  let office: PostOffice;

  beforeAll(async () => {
    office = await openPostOffice();
  });
  afterAll(() => office.close());

  const send = (from: Api, to: string, text: string) => from.post<Message>('/api/messages', { to, text });
  const inbox = async (of: Api) => (await of.get<PageOf<Conversation>>('/api/conversations')).body.items;
  const thread = (of: Api, id: string) => of.get<PageOf<Message>>(`/api/conversations/${id}/messages`);

  it('ana writes to bruno: both see the conversation, bruno has one unread', async () => {
    const { ana, bruno, ids } = office;
    const { status, body } = await send(ana, 'bruno', 'Hello');

    expect(status).toBe(201);
    expect(body).toMatchObject({
      from: { id: ids.ana, handle: 'ana', displayName: 'Name of ana' },
      text: 'Hello',
    });
    const lastMessage = { text: 'Hello', at: body.at, from: ids.ana };
    expect(await inbox(ana)).toEqual([
      {
        id: body.conversationId,
        with: { id: ids.bruno, handle: 'bruno', displayName: 'Name of bruno' },
        lastMessage,
        unread: 0,
      },
    ]);
    expect(await inbox(bruno)).toEqual([
      {
        id: body.conversationId,
        with: { id: ids.ana, handle: 'ana', displayName: 'Name of ana' },
        lastMessage,
        unread: 1,
      },
    ]);
    expect((await thread(bruno, body.conversationId)).body).toEqual({ items: [body], nextCursor: null });
  });

  it('bruno answers into the conversation: it is the same one, and ana’s next read has it', async () => {
    const { ana, bruno } = office;
    const first = (await send(ana, 'bruno', 'Are you there?')).body;
    await thread(ana, first.conversationId);
    const { conversationId } = first;
    const answer = await bruno.post<Message>('/api/messages', { conversationId, text: 'Yes' });

    expect(answer.body.conversationId).toBe(first.conversationId);
    expect((await thread(ana, conversationId)).body.items.slice(0, 2)).toEqual([answer.body, first]);
    expect((await inbox(ana))[0]).toMatchObject({ lastMessage: { text: 'Yes' }, unread: 1 });
  });

  it('marking as read sets the count to zero, for oneself, until the next message', async () => {
    const { ana, bruno } = office;
    const { conversationId } = (await send(ana, 'bruno', 'one')).body;
    await inbox(bruno);

    expect((await bruno.post(`/api/conversations/${conversationId}/read`, {})).status).toBe(204);
    expect((await inbox(bruno))[0]?.unread).toBe(0);
    expect((await bruno.post(`/api/conversations/${conversationId}/read`, {})).status).toBe(204);
    await send(ana, 'bruno', 'two');
    expect((await inbox(bruno))[0]?.unread).toBe(1);
  });

  it('both lists come from the cache the second time', async () => {
    const { ana } = office;
    const { conversationId } = (await send(ana, 'bruno', 'cached')).body;
    const path = `/api/conversations/${conversationId}/messages`;
    await Promise.all([ana.get('/api/conversations'), ana.get(path)]);
    const again = await Promise.all([ana.get('/api/conversations'), ana.get(path)]);

    expect(again.map(({ headers }) => headers.get('cache-status'))).toEqual([
      expect.stringContaining('hit'),
      expect.stringContaining('hit'),
    ]);
  });

  it('a renamed user shows the new name at once, in both lists', async () => {
    const { ana, bruno, carla, ids, rows, app } = office;
    const { conversationId } = (await send(carla, 'ana', 'It hurts')).body;
    await Promise.all([inbox(ana), thread(ana, conversationId)]);
    await rows.query(`UPDATE app_user SET display_name = 'Carla the Second' WHERE id = $1`, [ids.carla]);
    // What another program commits is seen within the bound; a write by this service waits for the feed, so for it too.
    await send(bruno, 'carla', 'barrier');

    expect((await inbox(ana))[0]?.with.displayName).toBe('Carla the Second');
    expect((await thread(ana, conversationId)).body.items[0]?.from.displayName).toBe('Carla the Second');
    expect(app.logs.join()).not.toContain('It hurts');
  });

  it('pages of messages and conversations join without a gap, whatever comes in between', async () => {
    const { ana, bruno, carla } = office;
    const sent: string[] = [];
    let conversationId = '';
    for (let i = 0; i < 7; i += 1) {
      const { body } = await send(bruno, 'carla', `note ${i}`);
      conversationId = body.conversationId;
      sent.unshift(body.text);
    }
    const late = async (): Promise<void> => void (await send(carla, 'bruno', 'late'));
    const { items, pages } = await bruno.pages<Message>(
      `/api/conversations/${conversationId}/messages?limit=3`,
      late,
    );

    expect(items.map(({ text }) => text).filter((text) => text.startsWith('note'))).toEqual(sent);
    expect(pages).toBeGreaterThan(2);
    const { items: conversations } = await ana.pages<Conversation>('/api/conversations?limit=1');
    expect(conversations.map((it) => it.with.handle).sort()).toEqual(['bruno', 'carla']);
  });

  describe('are only for those who take part', () => {
    let id: string;

    beforeAll(async () => {
      id = (await send(office.ana, 'bruno', 'secret of two')).body.conversationId;
      await thread(office.ana, id);
    });

    it.each([
      ['read', (of: Api, it: string) => of.get(`/api/conversations/${it}/messages`)],
      ['mark', (of: Api, it: string) => of.post(`/api/conversations/${it}/read`, {})],
      ['write', (of: Api, it: string) => of.post('/api/messages', { conversationId: it, text: 'x' })],
    ])('%s: that of others is answered as an unknown one', async (_, act) => {
      const others = await act(office.carla, id);
      const unknown = await act(office.carla, randomUUID());
      const plain = ({ body: { requestId: _id, ...body } }: Answer<ProblemBody>) => body;

      expect(others.status).toBe(404);
      expect(others.body.code).toBe('CONVERSATION_NOT_FOUND');
      expect(plain(others)).toEqual(plain(unknown));
    });
  });

  it('an unknown handle is 404, a message to oneself 422, and nothing is written', async () => {
    const { carla } = office;
    const before = await inbox(carla);

    expect(await carla.post('/api/messages', { to: 'nobody', text: 'x' })).toMatchObject({
      status: 404,
      body: { code: 'USER_NOT_FOUND' },
    });
    expect(await carla.post('/api/messages', { to: 'carla', text: 'x' })).toMatchObject({
      status: 422,
      body: { code: 'ENTITY_UNPROCESSABLE', errors: [{ field: 'to' }] },
    });
    expect(await inbox(carla)).toEqual(before);
  });

  describe('text', () => {
    it.each([
      ['of 4,000 characters', 'x'.repeat(4_000), 'x'.repeat(4_000)],
      ['of 4,000 emoji, which are 8,000 UTF-16 units', '🩺'.repeat(4_000), '🩺'.repeat(4_000)],
      ['that is 4,001 before NFC and 4,000 after', 'x'.repeat(3_999) + 'e\u0301', 'x'.repeat(3_999) + 'é'],
      ['of families and flags', '👩🏽‍⚕️👨‍👩‍👧‍👦🇪🇸', '👩🏽‍⚕️👨‍👩‍👧‍👦🇪🇸'],
      ['from right to left', 'مرحبا، كيف حالك؟', 'مرحبا، كيف حالك؟'],
      ['with lines and tabs', ' a\n\tb \r\n', 'a\n\tb'],
    ])('%s is kept', async (_, text, kept) => {
      const { ana, bruno } = office;
      const { status, body } = await send(ana, 'bruno', text);

      expect(status).toBe(201);
      expect((await thread(bruno, body.conversationId)).body.items[0]?.text).toBe(kept);
    });

    it.each([
      ['empty', '""'],
      ['only spaces', '"  \\n "'],
      ['of 4,001 characters', JSON.stringify('x'.repeat(4_001))],
      ['with NUL', '"a\\u0000b"'],
      ['with a lone surrogate', '"a\\ud800b"'],
      ['that is none', '7'],
    ])('%s is refused, and the field named', async (_, text) => {
      const answer = await office.ana.send('POST', '/api/messages', `{"to":"bruno","text":${text}}`);

      expect(answer).toMatchObject({
        status: 400,
        body: { code: 'REQUEST_INVALID', errors: [{ field: 'text' }] },
      });
    });
  });

  it.each([
    ['no recipient', { text: 'x' }],
    ['two recipients', { to: 'bruno', conversationId: randomUUID(), text: 'x' }],
    ['an unknown field', { to: 'bruno', text: 'x', urgent: true }],
    ['a conversation that is no uuid', { conversationId: 'x', text: 'x' }],
  ])('a body with %s is refused', async (_, body) => {
    expect((await office.ana.post('/api/messages', body)).status).toBe(400);
  });

  it('a cursor of another list is refused', async () => {
    const { ana } = office;
    const { nextCursor } = (await ana.get<PageOf<Conversation>>('/api/conversations?limit=1')).body;

    expect((await office.bruno.get(`/api/conversations?cursor=${nextCursor}`)).status).toBe(400);
    expect((await ana.get('/api/conversations?cursor=x')).status).toBe(400);
  });
});
