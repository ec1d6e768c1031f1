import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type * as Embedded from '../../src/embedded/index.js';
import type * as Dax from '../../tools/dax-local/src/index.js';

declare global {
  /** Ends what the set-up started. Set-up and teardown run in the same process. */
  var endTestEngines: (() => Promise<void>) | undefined;
  /** Ends dax-local. @throws when nothing was read through it */
  var endTestDax: (() => Promise<void>) | undefined;
}

type Acquire = (
  name: 'POSTGRES' | 'DYNAMODB',
  options?: Embedded.EngineHoldOptions['options'],
) => Promise<string>;

/**
 * Gives the tests a PostgreSQL: that of `TEST_DATABASE_URL`, an URL of a user who may create databases, else an
 * embedded one with empty data, which writes nothing through to the disk. And a DynamoDB: that of
 * `TEST_DYNAMODB_ENDPOINT`, else an embedded DynamoDB Local; where it cannot run, the tests that need it say so. And with
 * `TEST_CACHE_STORE=dax`, which the project `dax` sets, a dax-local before it. The workers inherit the variables.
 */
export default async function setup(
  _run: unknown,
  { displayName }: { readonly displayName?: { readonly name: string } },
): Promise<void> {
  if (displayName?.name === 'dax') process.env['TEST_CACHE_STORE'] = 'dax';
  await startEngines();
  if (process.env['TEST_CACHE_STORE'] === 'dax') await startDax();
}

async function startEngines(): Promise<void> {
  const missing = ['TEST_DATABASE_URL', 'TEST_DYNAMODB_ENDPOINT'].filter(
    (name) => process.env[name] === undefined,
  );
  if (missing.length === 0) return;
  // The built code, by its path: Jest turns this file into a CommonJS module, without its resolver of sources.
  const embedded = (await import(resolve('dist/embedded/index.js'))) as typeof Embedded;
  const dataDir = await mkdtemp(join(tmpdir(), 'careline-test-engines-'));
  // Under root PostgreSQL runs as another user, who has to enter.
  await chmod(dataDir, 0o755);
  const holds: Embedded.EngineHold[] = [];
  const acquire: Acquire = async (name, options = {}) => {
    const lines: string[] = [];
    const log = (line: string): number => lines.push(line);
    try {
      const hold = await embedded.EngineHold.acquire(embedded[name], { dataDir, options, log });
      holds.push(hold);
      return hold.address;
    } catch (error) {
      throw new Error(`the tests have no ${embedded[name].title}. ${lines.join('. ')}`, { cause: error });
    }
  };
  globalThis.endTestEngines = async () => {
    for (const name of missing) delete process.env[name];
    await Promise.all(holds.map((hold) => hold.release()));
    await rm(dataDir, { recursive: true, force: true });
  };
  const started = await Promise.allSettled(
    missing.map((name) => (name === 'TEST_DATABASE_URL' ? startPostgres : startDynamoDb)(acquire)),
  );
  const fault = started.find((outcome) => outcome.status === 'rejected');
  if (fault === undefined) return;
  await globalThis.endTestEngines();
  throw fault.reason;
}

async function startPostgres(acquire: Acquire): Promise<void> {
  const url = new URL(await acquire('POSTGRES', { fsync: false }));
  url.pathname = '/postgres';
  process.env['TEST_DATABASE_URL'] = url.href;
}

async function startDynamoDb(acquire: Acquire): Promise<void> {
  try {
    process.env['TEST_DYNAMODB_ENDPOINT'] = await acquire('DYNAMODB');
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
  }
}

async function startDax(): Promise<void> {
  const { DaxLocal } = (await import(resolve('tools/dax-local/dist/index.js'))) as typeof Dax;
  const dynamodbEndpoint = process.env['TEST_DYNAMODB_ENDPOINT'];
  if (dynamodbEndpoint === undefined) throw new Error('TEST_CACHE_STORE=dax needs a DynamoDB');
  const dax = await DaxLocal.start({ dynamodbEndpoint, nodes: 3 });
  process.env['TEST_DAX_ENDPOINT'] = dax.endpoint;
  globalThis.endTestDax = async () => {
    delete process.env['TEST_DAX_ENDPOINT'];
    await dax.stop();
    const asked = dax.stats().reduce((sum, { items }) => sum + items.hits + items.misses, 0);
    if (asked === 0) throw new Error('TEST_CACHE_STORE=dax, and nothing was read through DAX');
    process.stderr.write(`read through DAX: ${asked} items\n`);
  };
}
