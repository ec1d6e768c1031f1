import type { Answer } from '../support/api.js';
import { Api } from '../support/api.js';
import { testConnection } from '../support/dynamodb.js';
import { MessagingOperator } from '../../src/messaging/operator.repository.js';
import { answerError, answerWith, FakeDynamoDb } from '../support/fake-dynamodb.js';
import {
  openPostOffice,
  type Conversation,
  type Message,
  type PageOf,
  type PostOffice,
} from '../support/messaging.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

describe('messages while DynamoDB is not there', () => {
  let office: PostOffice;
  let proxy: TcpProxy;
  let dynamo: FakeDynamoDb;
  const others: TestApp[] = [];

  beforeAll(async () => {
    proxy = await TcpProxy.start(testConnection().endpoint ?? '');
    dynamo = await FakeDynamoDb.start();
    office = await openPostOffice({ DYNAMODB_ENDPOINT: proxy.through(testConnection().endpoint ?? '') });
  });
  afterAll(async () => {
    await Promise.all(others.map((app) => app.close()));
    await office.close();
    await proxy.stop();
    await dynamo.stop();
  });

  /** Another instance, as `ana` sees it. */
  async function instance(environment: Record<string, string>): Promise<Api> {
    const place = { databaseUrl: office.app.databaseUrl, dataDir: office.app.config.dataDir };
    const app = await startTestApp(environment, place);
    others.push(app);
    return new Api(app.url, office.ana.token);
  }

  const send = (from: Api, text: string) =>
    from.post<Message>('/api/messages', { to: 'bruno', text }, { 'idempotency-key': text });

  function expectUnavailable(answer: Answer<unknown>): void {
    expect(answer).toMatchObject({ status: 503, body: { code: 'MESSAGES_UNAVAILABLE' } });
    expect(answer.headers.get('retry-after')).toBe('1');
  }

  async function expectNothingButPatients(ana: Api): Promise<void> {
    expectUnavailable(await send(ana, 'lost'));
    expectUnavailable(await ana.get('/api/conversations?limit=3'));
    expect((await ana.get('/api/patients')).status).toBe(200);
  }

  it('cut off: 503 for messages, patients work; healed, nothing is half-written and the same key sends once', async () => {
    const { ana, bruno } = office;
    const { conversationId } = (await send(ana, 'before')).body;
    const page = `/api/conversations/${conversationId}/messages`;
    await ana.get(page);
    proxy.cut();
    await expectNothingButPatients(ana);
    expect((await ana.get<PageOf<Message>>(page)).body.items).toHaveLength(1);
    proxy.heal();

    expect((await send(ana, 'lost')).status).toBe(201);
    const { items } = (await bruno.get<PageOf<Message>>(page)).body;
    expect(items.map(({ text }) => text)).toEqual(['lost', 'before']);
    const [conversation] = (await bruno.get<PageOf<Conversation>>('/api/conversations')).body.items;
    expect(conversation).toMatchObject({ unread: 2, lastMessage: { text: 'lost' } });
  });

  it('nobody answers: those that write and those that wait are refused together, and what waited is never sent', async () => {
    const { ana, bruno } = office;
    const { conversationId } = (await send(ana, 'before-silence')).body;
    proxy.hang();
    const texts = Array.from({ length: 10 }, (_, index) => `silence ${index}`);
    const answers = await Promise.all(
      texts.map((text) => ana.post<Message>('/api/messages', { to: 'bruno', text })),
    );
    answers.forEach(expectUnavailable);
    proxy.heal();

    expect((await send(ana, 'after-silence')).status).toBe(201);
    const page = `/api/conversations/${conversationId}/messages`;
    const { items } = (await bruno.get<PageOf<Message>>(page)).body;
    expect(items.filter(({ text }) => texts.includes(text)).length).toBeLessThanOrEqual(1);
  });

  it('an operator’s statement: as any other request', async () => {
    const connection = { ...testConnection(), endpoint: 'http://127.0.0.1:1' };
    const operator = new MessagingOperator({ name: 'messages', connection }, () =>
      Promise.reject(new Error()),
    );
    await expect(operator.partiql('SELECT * FROM messages', false)).rejects.toMatchObject({
      code: 'MESSAGES_UNAVAILABLE',
    });
    await operator.close();
  });

  it('another instance is always first, and DynamoDB is slow: 503 after 6 s, not after 40 attempts', async () => {
    const ana = await instance({ DYNAMODB_ENDPOINT: dynamo.endpoint });
    const conflict = answerError(400, 'TransactionConflictException', 'x');
    dynamo.answer = (response) => {
      const isRead = String(response.req.headers['x-amz-target']).endsWith('GetItem');
      setTimeout(() => (isRead ? answerWith(200, {}) : conflict)(response), isRead ? 0 : 500);
    };
    const start = performance.now();
    expectUnavailable(await ana.post('/api/messages', { to: 'bruno', text: 'late' }));
    expect(performance.now() - start).toBeLessThan(10_000);
  });

  it('throttling: 503', async () => {
    dynamo.answer = answerError(400, 'ProvisionedThroughputExceededException', 'secret of the table');
    const ana = await instance({ DYNAMODB_ENDPOINT: dynamo.endpoint });

    await expectNothingButPatients(ana);
    expect(others.at(-1)?.logs.join()).toContain('ProvisionedThroughputExceededException');
    expect(others.at(-1)?.logs.join()).not.toContain('secret of the table');
  });

  it('no table: 503', async () => {
    await expectNothingButPatients(
      await instance({
        DYNAMODB_ENDPOINT: testConnection().endpoint ?? '',
        MESSAGING_TABLE: 'messages-none',
      }),
    );
  });

  it('none at all, as without Java: 503', async () => {
    await expectNothingButPatients(await instance({}));
  });
});
