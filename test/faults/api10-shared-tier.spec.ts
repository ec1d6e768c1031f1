import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand, QueryCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import type { CacheExplanation } from '../../src/metrics/dto/cache-explanation.dto.js';
import { createTestTable, type TestTable } from '../support/dynamodb.js';
import { waitUntil } from '../support/wait-until.js';
import { Scene } from './support/scene.js';

type Item = Record<string, unknown> & { readonly pk: string; readonly sk: string };

// https://owasp.org/API-Security/editions/2023/en/0xaa-unsafe-consumption-of-apis/
describe('API10: unsafe consumption of the shared tier', () => {
  let table: TestTable;
  let rows: DynamoDBDocumentClient;
  let client: DynamoDBClient;
  beforeAll(async () => {
    table = await createTestTable();
    client = new DynamoDBClient(table.connection);
    rows = DynamoDBDocumentClient.from(client);
  });
  afterAll(async () => {
    client.destroy();
    await table.drop();
  });

  it.each(['off', 'local'])(
    'encryption %s: an entry moved under the key of another record is not believed',
    async (encryption) => {
      const environment = {
        CACHE_STORE: 'dynamo',
        CACHE_TABLE: table.name,
        DYNAMODB_ENDPOINT: table.connection.endpoint ?? '',
        CACHE_L2_TIMEOUT_MS: '5000',
        CACHE_ENCRYPTION: encryption,
        ...(encryption === 'off' ? {} : { CACHE_KEY_SECRET: 'a secret of the tests, of 32 bytes and more' }),
      };
      const scene = await Scene.open(environment);
      try {
        const theirs = `/api/patients/${scene.victimId}`;
        const own = `/api/patients/${scene.ownId}`;
        await scene.clinician.get(theirs);
        const [stolen] = await storedAt(scene, theirs);
        const key = (await explained(scene, own)).key;
        await rows.send(
          new PutCommand({
            TableName: table.name,
            Item: { ...stolen, pk: key?.partition, sk: key?.versions },
          }),
        );
        const answer = await scene.intruder.get(own);

        expect(answer.status).toBe(200);
        expect(scene.leaksIn(answer)).toBe(false);
        expect(answer.headers['cache-status']).toContain('fwd=miss');
      } finally {
        await scene.close();
      }
    },
  );

  it('with encryption, nothing of a record can be read in the table', async () => {
    const { Items = [] } = await rows.send(new ScanCommand({ TableName: table.name }));
    const isPlain = ({ pk }: Record<string, unknown>) => String(pk).includes('PatientsController');
    const textOf = (items: readonly Record<string, unknown>[]) =>
      Buffer.concat(items.flatMap(({ b }) => (b instanceof Uint8Array ? [b] : []))).toString('latin1');

    expect(textOf(Items.filter(isPlain))).toContain('familyName');
    expect(textOf(Items.filter((item) => !isPlain(item)))).toMatch(/./s);
    expect(textOf(Items.filter((item) => !isPlain(item)))).not.toContain('familyName');
  });

  const explained = async (scene: Scene, path: string) =>
    JSON.parse((await scene.admin.get(`/api/cache/entries?route=${path}`)).body) as CacheExplanation;
  /** The rows of the entry for `path`, once it is stored. */
  const storedAt = async (scene: Scene, path: string): Promise<readonly Item[]> => {
    await waitUntil('stored', async () => (await explained(scene, path)).shared?.state === 'held');
    const { key } = await explained(scene, path);
    const { Items = [] } = await rows.send(
      new QueryCommand({
        TableName: table.name,
        KeyConditionExpression: 'pk = :pk AND sk = :sk',
        ExpressionAttributeValues: { ':pk': key?.partition, ':sk': key?.versions },
      }),
    );
    return Items as Item[];
  };
});
