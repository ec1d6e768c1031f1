import type { Answer } from '../support/api.js';
import { Api } from '../support/api.js';
import { testConnection } from '../support/dynamodb.js';
import { MessagingOperator } from '../../src/messaging/operator/messaging-operator.js';
import {
  answerError,
  answerWith,
  FakeDynamoDb,
  type Answer as DynamoAnswer,
} from '../support/fake-dynamodb.js';
import {
  openPostOffice,
  type Conversation,
  type Message,
  type PageOf,
  type PostOffice,
} from '../support/messaging.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

const throttled = answerError(400, 'ProvisionedThroughputExceededException', 'x');
const broken: DynamoAnswer = (response) => response.socket?.destroy();
const cancelled = (Code: string): DynamoAnswer =>
  answerWith(400, {
    __type: 'com.amazonaws.dynamodb.v20120810#TransactionCanceledException',
    CancellationReasons: [{ Code: 'None' }, { Code }],
  });

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

  /** Nobody is asked to send it again. */
  function expectMayBeKept(answer: Answer<unknown>): void {
    expect(answer).toMatchObject({
      status: 503,
      body: { code: 'MESSAGES_UNAVAILABLE', detail: expect.stringContaining('it may have been') as string },
    });
    expect(answer.headers.get('retry-after')).toBeNull();
  }

  /** Answers reads with nothing, and the transactions one after the other; the last answer is given from then on. */
  function answerTransactions(...given: DynamoAnswer[]): { count: number } {
    const asked = { count: 0 };
    dynamo.answer = (response) => {
      if (String(response.req.headers['x-amz-target']).endsWith('GetItem'))
        return answerWith(200, {})(response);
      asked.count += 1;
      given[Math.min(asked.count, given.length) - 1]?.(response);
    };
    return asked;
  }

  const sendWithoutKey = (from: Api) => from.post('/api/messages', { to: 'bruno', text: 'without a key' });

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

  it('nobody answers: who wrote hears that it may be kept, who waited may try again and was never sent', async () => {
    const { ana, bruno } = office;
    const { conversationId } = (await send(ana, 'before-silence')).body;
    proxy.hang();
    const texts = Array.from({ length: 10 }, (_, index) => `silence ${index}`);
    const answers = await Promise.all(
      texts.map((text) => ana.post<Message>('/api/messages', { to: 'bruno', text })),
    );
    proxy.heal();
    const isUnknown = ({ headers }: Answer<unknown>) => !headers.has('retry-after');
    answers.filter((answer) => !isUnknown(answer)).forEach(expectUnavailable);
    const unknown = answers.filter(isUnknown);
    expect(unknown).toHaveLength(1);
    unknown.forEach(expectMayBeKept);

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
    const asked = answerTransactions((response) => setTimeout(() => conflict(response), 500));
    expectUnavailable(await send(ana, 'late'));
    expect(asked.count).toBeLessThan(40);
  });

  it('without a key, refused by DynamoDB or by the network: it may be sent again', async () => {
    const ana = await instance({ DYNAMODB_ENDPOINT: dynamo.endpoint });
    answerTransactions(throttled);
    expectUnavailable(await sendWithoutKey(ana));
    answerTransactions(cancelled('ThrottlingError'));
    expectUnavailable(await sendWithoutKey(ana));
    expectUnavailable(await sendWithoutKey(await instance({ DYNAMODB_ENDPOINT: 'http://127.0.0.1:1' })));
  });

  it.each([
    ['always', [broken]],
    ['once, and is refused after that', [broken, throttled]],
  ])('without a key, the answer is lost %s: it may be kept', async (_, answers) => {
    const ana = await instance({ DYNAMODB_ENDPOINT: dynamo.endpoint });
    answerTransactions(...answers);
    expectMayBeKept(await sendWithoutKey(ana));
    // With a key the same again is not another message.
    answerTransactions(...answers);
    expectUnavailable(await send(ana, 'with-a-key'));
  });

  it.each(['ValidationError', 'ItemCollectionSizeLimitExceeded'])(
    'a transaction that is cancelled with %s is asked once: 500, which no retry cures',
    async (code) => {
      const ana = await instance({ DYNAMODB_ENDPOINT: dynamo.endpoint });
      const asked = answerTransactions(cancelled(code));
      expect(await send(ana, code)).toMatchObject({ status: 500, body: { code: 'INTERNAL' } });
      expect(asked.count).toBe(1);
    },
  );

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
