import type { DynamoDBBatchResponse } from 'aws-lambda';
import { tagsOfMessage } from '../../src/messaging/cache-tags.js';
import { newMessage, times } from '../messaging-stream/support.js';
import { ClinicalRows } from '../support/clinical-rows.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { LambdaBundles, type LambdaFunction } from './support/lambda-function.js';
import { streamEvent } from './support/stream-event.js';

describe('the stream of messages as a Lambda function', () => {
  let database: TestDatabase;
  let rows: ClinicalRows;
  let bundles: LambdaBundles;
  let lambda: LambdaFunction;
  const environment = (databaseUrl: string) => ({ NODE_ENV: 'test', DATABASE_URL: databaseUrl });

  beforeAll(async () => {
    [database, bundles] = await Promise.all([createTestDatabase(), LambdaBundles.make()]);
    rows = await ClinicalRows.connect(database.url);
    lambda = await bundles.start('messaging-stream', environment(database.url));
  }, 60_000);

  afterAll(async () => {
    await lambda.kill();
    await rows.close();
    await Promise.all([database.drop(), bundles.remove()]);
  });

  it('raises the versions of each message once, appends its event, and reports no failure', async () => {
    const messages = times(3, () => newMessage());
    const event = streamEvent(messages);
    expect(await lambda.invoke<DynamoDBBatchResponse>(event)).toEqual({ batchItemFailures: [] });
    expect(await lambda.invoke<DynamoDBBatchResponse>(event)).toEqual({ batchItemFailures: [] });

    for (const message of messages) {
      for (const tag of tagsOfMessage(message)) expect([tag, await rows.version(tag)]).toEqual([tag, 1]);
    }
    const events = await rows.query<{ message_id: string }>(
      'SELECT message_id FROM message_event ORDER BY seq',
    );
    expect(events.map((row) => row.message_id)).toEqual(messages.map(({ id }) => id));
  });

  it('a record that is set aside stands in the log when the function has answered', async () => {
    const spoken = await bundles.start('messaging-stream', environment(database.url));
    await spoken.invoke(streamEvent([{ ...newMessage(), text: '' }]));
    await spoken.kill();

    expect(spoken.logs()).toContain('A record of the stream is set aside: ');
  });

  it('names the first record that cannot be done now: Lambda goes on from there', async () => {
    const unreachable = await bundles.start('messaging-stream', environment('postgres://127.0.0.1:1/none'));
    const event = streamEvent([newMessage(), newMessage()]);
    const first = event.Records[0]?.dynamodb?.SequenceNumber;
    expect(await unreachable.invoke<DynamoDBBatchResponse>(event)).toEqual({
      batchItemFailures: [{ itemIdentifier: first }],
    });
    expect(unreachable.logs()).toContain(`from record ${first} on (DATABASE_UNAVAILABLE)`);
    await unreachable.kill();
  });
});
