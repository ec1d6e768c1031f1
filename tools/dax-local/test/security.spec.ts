import { DynamoDBDocument } from '@aws-sdk/lib-dynamodb';
import { createHash } from 'node:crypto';
import tls from 'node:tls';
import { waitUntil } from '../../../test/support/wait-until.js';
import { DaxLocal } from '../src/index.js';
import { closeClient, daxClient } from './support/dax-client.js';
import { handshake, RawClient, request } from './support/raw-client.js';
import { createTable, directClient, dropTables } from './support/table.js';

const direct = directClient();
let TableName: string;

beforeAll(async () => {
  TableName = await createTable(direct, ['S']);
});

afterAll(async () => {
  await dropTables(direct, [TableName]);
  direct.destroy();
});

describe('with credentials to check', () => {
  const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'a secret of this test' };
  let dax: DaxLocal;

  beforeAll(async () => {
    dax = await DaxLocal.start({ dynamodb: direct, credentials: [credentials] });
  });

  afterAll(() => dax.stop());

  /** The codes and the text that a request is answered with after this sign-in. */
  async function answerAfter(...signIn: Buffer[]): Promise<string> {
    const client = await RawClient.connect(dax.port);
    client.send(handshake(), ...signIn, request('endpoints'));
    await waitUntil('there is an answer', () => client.received.length > 0);
    client.socket.destroy();
    return client.received.toString('latin1');
  }

  const signedBy = (accessKeyId: string): Buffer =>
    request('authorizeConnection', (writer) =>
      writer
        .text(accessKeyId)
        .text('00'.repeat(32))
        .bytes(Buffer.from('AWS4-HMAC-SHA256\n20200101T000000Z\n20200101/us-east-1/dax/aws4_request\nhash'))
        .null()
        .null(),
    );

  /** What AWS's client signs at this moment, with a signature that nobody made. */
  function freshlySigned(): Buffer {
    const at = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
    const empty = createHash('sha256').digest('hex');
    const signed = `POST\n/\n\nhost:dax.amazonaws.com\nx-amz-date:${at}\n\nhost;x-amz-date\n${empty}`;
    const hash = createHash('sha256').update(signed).digest('hex');
    const scope = `${at.slice(0, 8)}/us-east-1/dax/aws4_request`;
    return request('authorizeConnection', (writer) =>
      writer
        .text(credentials.accessKeyId)
        .text('00'.repeat(32))
        .bytes(Buffer.from(`AWS4-HMAC-SHA256\n${at}\n${scope}\n${hash}`))
        .null()
        .null(),
    );
  }

  it('turns away who signed a moment ago with a known key and the wrong secret', async () => {
    const answer = await answerAfter(freshlySigned());

    expect(answer).toContain('UnrecognizedClientException');
    expect(answer).toContain('the signature does not match');
  });

  it('lets in who signs with a known key', async () => {
    const client = daxClient(dax.endpoint, { credentials });

    await client.put({ TableName, Item: { pk: 'signed' } });

    expect((await client.get({ TableName, Key: { pk: 'signed' } })).Item).toEqual({ pk: 'signed' });
    closeClient(client);
  });

  it('asks who has not signed in to do so', async () => {
    expect(await answerAfter()).toContain('MissingAuthenticationTokenException');
  });

  it.each([
    ['with an unknown key', 'AKIDUNKNOWN', 'the access key is unknown'],
    ['long ago', credentials.accessKeyId, 'the signature is expired'],
  ])('turns away who signed %s', async (_how, accessKeyId, reason) => {
    const answer = await answerAfter(signedBy(accessKeyId));

    expect(answer).toContain('UnrecognizedClientException');
    expect(answer).toContain(reason);
  });
});

it('speaks TLS, with a certificate that clients can trust', async () => {
  const dax = await DaxLocal.start({ dynamodb: direct, tls: true });
  const before = tls.getCACertificates('default');
  tls.setDefaultCACertificates([...before, dax.certificate ?? '']);
  const client = daxClient(dax.endpoint);

  await client.put({ TableName, Item: { pk: 'tls', n: 1 } });
  const stored = await DynamoDBDocument.from(direct).get({ TableName, Key: { pk: 'tls' } });

  expect(dax.endpoint).toMatch(/^daxs:\/\/127\.0\.0\.1:\d+$/);
  expect(stored.Item).toEqual({ pk: 'tls', n: 1 });
  tls.setDefaultCACertificates(before);
  closeClient(client);
  await dax.stop();
});
