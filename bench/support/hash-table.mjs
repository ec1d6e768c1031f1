import { CreateTableCommand } from '@aws-sdk/client-dynamodb';

/** A table on demand with a string as its only key; in DynamoDB Local it is there at once. */
export async function createHashTable(client, TableName, name) {
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: name, AttributeType: 'S' }],
      KeySchema: [{ AttributeName: name, KeyType: 'HASH' }],
    }),
  );
}
