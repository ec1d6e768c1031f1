import {
  CreateTableCommand,
  DeleteTableCommand,
  DynamoDBClient,
  type CreateTableCommandInput,
} from '@aws-sdk/client-dynamodb';
import { randomUUID } from 'node:crypto';

type KeyType = 'S' | 'N' | 'B';

/** The DynamoDB Local of the tests, asked directly. */
export function directClient(): DynamoDBClient {
  const endpoint = process.env['TEST_DYNAMODB_ENDPOINT'];
  if (endpoint === undefined) throw new Error('no DynamoDB Local: see the first lines of the output');
  return new DynamoDBClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
}

/** Creates a table with the key `pk` and, if a type is given, `sk`. Answers its name. */
export async function createTable(
  client: DynamoDBClient,
  [hash, range]: readonly [KeyType, KeyType?],
  more: Partial<CreateTableCommandInput> = {},
): Promise<string> {
  const name = `dax-local-${randomUUID()}`;
  await client.send(
    new CreateTableCommand({
      TableName: name,
      BillingMode: 'PAY_PER_REQUEST',
      ...more,
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: hash },
        ...(range ? [{ AttributeName: 'sk', AttributeType: range }] : []),
        ...(more.AttributeDefinitions ?? []),
      ],
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        ...(range ? [{ AttributeName: 'sk', KeyType: 'RANGE' as const }] : []),
      ],
    }),
  );
  return name;
}

export async function dropTables(client: DynamoDBClient, names: readonly string[]): Promise<void> {
  await Promise.all(names.map((name) => client.send(new DeleteTableCommand({ TableName: name }))));
}
