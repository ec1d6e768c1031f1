import { jest } from '@jest/globals';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DYNAMODB } from '../../src/embedded/index.js';
import { markerOf } from '../../src/embedded/keeper/keeper.js';
import { Workbench } from './support/workbench.js';

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** Sends one operation in DynamoDB's protocol; DynamoDB Local takes any signature. */
async function call(
  endpoint: string,
  operation: string,
  input: object,
  accessKey = 'local',
): Promise<Answer> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `DynamoDB_20120810.${operation}`,
      authorization: `AWS4-HMAC-SHA256 Credential=${accessKey}/20260101/eu-central-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0`,
    },
    body: JSON.stringify(input),
  });
  return { status: response.status, body: await response.json() };
}

const TABLE = {
  TableName: 'kept',
  AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
  KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
  BillingMode: 'PAY_PER_REQUEST',
};

// A Java compiler and two starts of a Java program, on a machine that may have other work.
jest.setTimeout(90_000);

describe('the embedded DynamoDB Local', () => {
  let bench: Workbench;

  beforeEach(() => {
    bench = new Workbench(DYNAMODB);
  });
  afterEach(() => bench.close());

  it('is shared by two processes whatever their credentials, keeps its tables, and ends with its last user', async () => {
    const [first, second] = [bench.user(), bench.user()];
    const endpoint = await first.address();
    expect(await second.address()).toBe(endpoint);
    expect(new URL(endpoint).hostname).toBe('127.0.0.1');

    expect(await call(endpoint, 'CreateTable', TABLE, 'one')).toMatchObject({ status: 200 });
    await first.release();
    expect(await call(endpoint, 'ListTables', {}, 'two')).toEqual({
      status: 200,
      body: { TableNames: ['kept'] },
    });

    await second.release();
    expect(await bench.enginePids()).toEqual([]);
    const next = await bench.user().address();
    expect(next).toBe(endpoint);
    expect(await call(next, 'ListTables', {})).toEqual({ status: 200, body: { TableNames: ['kept'] } });
  });

  it('runs in Docker where there is no Java, on loopback and after removing what an earlier run left', async () => {
    const calls = join(bench.root, 'calls');
    const docker = `#!${process.execPath}
      const args = process.argv.slice(2);
      require('node:fs').appendFileSync(${JSON.stringify(calls)}, args.join(' ') + '\\n');
      if (args[0] !== 'run') process.exit(0);
      const [host, port] = args[args.indexOf('--publish') + 1].split(':');
      require('node:http')
        .createServer((_, response) => response.writeHead(400, { 'x-amzn-RequestId': 'x' }).end())
        .listen(Number(port), host);`;
    writeFileSync(join(bench.root, 'docker'), docker, { mode: 0o755 });
    const user = bench.user({ env: { PATH: bench.root } });
    const { port } = new URL(await user.address());

    await user.release();

    const marker = markerOf(bench.home);
    const [info, rm, run] = readFileSync(calls, 'utf8').trim().split('\n');
    expect([info, rm]).toEqual(['info', `rm --force ${marker}`]);
    expect(run).toContain(`--name ${marker} `);
    expect(run).toContain(`--publish 127.0.0.1:${port}:8000 `);
    expect(run).toContain(`source=${join(bench.home, 'data')},target=/data `);
  });

  it('says what to install where there is neither Java nor Docker', async () => {
    const user = bench.user({ env: { PATH: bench.root } });

    expect(await user.fault()).toEqual({
      name: 'EngineError',
      message: 'DynamoDB Local needs Java 17 or newer, or Docker, and there is none: install one of them',
    });
  });
});
