// The AWS SDK by hand: the JSON as a string in an item, one GetItem a request.
import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { createDynamoClient } from '../../dist/cache/index.js';
import { createHashTable } from '../support/hash-table.mjs';
import { CONNECTION, countUnitsOf, loadBytes, serveTier, TABLE } from '../support/tier-server.mjs';

const client = createDynamoClient(CONNECTION);
await createHashTable(client, TABLE, 'key');
countUnitsOf(client);
await serveTier(async (key) => {
  const { Item } = await client.send(new GetItemCommand({ TableName: TABLE, Key: { key: { S: key } } }));
  if (Item !== undefined) return Item.value.S;
  const value = loadBytes().toString();
  await client.send(new PutItemCommand({ TableName: TABLE, Item: { key: { S: key }, value: { S: value } } }));
  return value;
});
