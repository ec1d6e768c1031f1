import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { answerError, answerWith } from './fake-dynamodb.js';
import { testConnection } from './dynamodb.js';

const ASKED = 'DynamoDB_20120810.UpdateContinuousBackups';

/**
 * DynamoDB Local, and before it the one operation that it lacks of those that AWS has for tables: switching point-in-time
 * recovery on. As in AWS it is refused at first, while a table is new.
 */
export async function startDynamoDbWithBackups() {
  const { endpoint = '' } = testConnection();
  const asked: string[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const body = Buffer.concat(chunks).toString();
      const target = String(request.headers['x-amz-target']);
      if (target === ASKED) {
        asked.push(body);
        const isNew = asked.length === 1;
        return isNew
          ? answerError(400, 'ContinuousBackupsUnavailableException', 'x')(response)
          : answerWith(200, {})(response);
      }
      const headers = {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': target,
        authorization: String(request.headers.authorization),
        'x-amz-date': String(request.headers['x-amz-date']),
      };
      const answer = await fetch(endpoint, { method: 'POST', headers, body });
      answerWith(answer.status, await answer.text())(response);
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** What it was asked to switch on so far, as it came. */
    asked,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
