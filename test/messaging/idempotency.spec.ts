import { UpdateCommand, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { createDynamoClient } from '../../src/dynamo/dynamo-client.js';
import { sentKey } from '../../src/messaging/table/keys.js';
import type { Api } from '../support/api.js';
import { withFailingBump } from '../support/failing-bump.js';
import { testConnection } from '../support/dynamodb.js';
import { openPostOffice, type Message, type PageOf, type PostOffice } from '../support/messaging.js';

describe('sending under an Idempotency-Key', () => {
  let office: PostOffice;

  beforeAll(async () => {
    office = await openPostOffice();
  });
  afterAll(() => office.close());

  const send = (from: Api, key: string, text: string, to = 'bruno') =>
    from.post<Message>('/api/messages', { to, text }, { 'idempotency-key': key });
  const texts = async (of: Api, id: string) =>
    (await of.get<PageOf<Message>>(`/api/conversations/${id}/messages?limit=100`)).body.items.map(
      ({ text }) => text,
    );
  const times = (all: readonly string[], text: string) => all.filter((each) => each === text).length;

  it('the same again: the same answer and one message, also where the text is spelled otherwise', async () => {
    const first = await send(office.ana, 'again', 'caf\u00e9');
    const second = await send(office.ana, 'again', ' cafe\u0301 ');

    expect(second).toMatchObject({ status: 201, body: first.body });
    expect(times(await texts(office.bruno, first.body.conversationId), 'café')).toBe(1);
  });

  it('ten at once: one message, one answer', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => send(office.ana, 'at-once', 'once')));

    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(201));
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    expect(times(await texts(office.bruno, answers[0]?.body.conversationId ?? ''), 'once')).toBe(1);
  });

  it('another body is refused and changes nothing', async () => {
    const { body } = await send(office.ana, 'other', 'this');

    expect(await send(office.ana, 'other', 'that')).toMatchObject({
      status: 422,
      body: { code: 'ENTITY_UNPROCESSABLE' },
    });
    expect(await send(office.ana, 'other', 'this', 'carla')).toMatchObject({ status: 422 });
    expect(times(await texts(office.bruno, body.conversationId), 'that')).toBe(0);
  });

  it('the key of one user is nothing to another', async () => {
    await send(office.ana, 'shared', 'from ana');

    expect(await send(office.carla, 'shared', 'from carla')).toMatchObject({
      status: 201,
      body: { text: 'from carla' },
    });
  });

  it('after its 24 hours a key is free, although DynamoDB has not deleted it yet', async () => {
    const first = await send(office.ana, 'old', 'yesterday');
    const client = createDynamoClient(testConnection());
    await DynamoDBDocumentClient.from(client).send(
      new UpdateCommand({
        TableName: office.table,
        Key: sentKey(office.ids.ana, 'old'),
        UpdateExpression: 'SET #ttl = :past',
        ExpressionAttributeNames: { '#ttl': 'ttl' },
        ExpressionAttributeValues: { ':past': Math.floor(Date.now() / 1_000) - 1 },
      }),
    );
    client.destroy();
    const second = await send(office.ana, 'old', 'today');

    expect(second.status).toBe(201);
    expect(second.body.id > first.body.id).toBe(true);
  });

  it.each(['with space', 'ü', 'x'.repeat(256)])('the key %j is refused', async (key) => {
    const answer = await send(office.ana, key, 'x').catch(() => undefined);

    // What no client can send in a header is refused before it leaves.
    if (answer !== undefined)
      expect(answer).toMatchObject({ status: 400, body: { code: 'REQUEST_INVALID' } });
  });

  it('the bump fails without a key: it is said that the message was kept, and nobody is asked to send it again', async () => {
    const { ana, bruno, rows } = office;
    const failed = await withFailingBump(rows, () =>
      ana.post('/api/messages', { to: 'bruno', text: 'keyless' }),
    );

    expect(failed).toMatchObject({ status: 503, body: { code: 'DATABASE_UNAVAILABLE' } });
    expect(failed.body.detail).toMatch(/was kept.*do not send it again/);
    expect(failed.headers.has('retry-after')).toBe(false);
    const { conversationId } = (await send(ana, 'after', 'after')).body;
    expect(times(await texts(bruno, conversationId), 'keyless')).toBe(1);
  });

  it('the bump fails: 503, and the same again raises the versions before it gives the one message', async () => {
    const { ana, bruno, rows } = office;
    const { conversationId } = (await send(ana, 'before', 'before')).body;
    const page = `/api/conversations/${conversationId}/messages`;
    await bruno.get(page);
    const version = await rows.version(`conversation:${conversationId}`);
    const failed = await withFailingBump(rows, () => send(ana, 'unlucky', 'kept'));

    expect(failed).toMatchObject({ status: 503, body: { code: 'DATABASE_UNAVAILABLE' } });
    expect(failed.headers.get('retry-after')).toBe('1');
    expect(await rows.version(`conversation:${conversationId}`)).toBe(version);

    const again = await send(ana, 'unlucky', 'kept');
    expect(again.status).toBe(201);
    expect(await rows.version(`conversation:${conversationId}`)).toBe(version + 1);
    expect(times(await texts(bruno, conversationId), 'kept')).toBe(1);
    const served = (await bruno.get<PageOf<Message>>(page)).body.items;
    expect(served[0]).toEqual(again.body);
    await send(ana, 'unlucky', 'kept');
    expect(await rows.version(`conversation:${conversationId}`)).toBe(version + 1);
  });
});
