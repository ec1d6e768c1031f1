import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readConfig } from '../../src/config/index.js';
import { EngineError, EngineHold, startEngines } from '../../src/embedded/index.js';
import { readKeeperAddress } from '../../src/embedded/state-file.js';
import { sendRaw } from '../support/raw-http.js';
import { FAKE, Workbench } from './support/workbench.js';

const PRODUCTION = {
  NODE_ENV: 'production',
  DATABASE_URL: 'postgresql://careline:Zk3fQ9v@db.internal:5432/careline',
  AUTH_ISSUER: 'https://issuer.example',
  AUTH_AUDIENCE: 'careline-web',
  AUTH_JWKS_URI: 'https://issuer.example/jwks.json',
};

describe('an embedded engine that cannot run', () => {
  let bench: Workbench;

  beforeEach(() => {
    bench = new Workbench(FAKE);
  });
  afterEach(() => bench.close());

  const acquire = (options = {}): Promise<EngineHold> =>
    EngineHold.acquire(FAKE, { dataDir: bench.dataDir, options, log: () => undefined });

  it('says in one line why it ended, for every process that asks', async () => {
    const users = [
      bench.user({ options: { fault: 'no such wheel' } }),
      bench.user({ options: { fault: 'no such wheel' } }),
    ];

    for (const user of users) {
      expect(await user.fault()).toEqual({
        name: 'EngineError',
        message: 'Fake engine did not start: it ended with code 3: no such wheel',
      });
    }
  });

  it('can be started when the reason is gone', async () => {
    await expect(acquire({ fault: 'no such wheel' })).rejects.toThrow(EngineError);

    await expect(bench.user().address()).resolves.toMatch(/^tcp:/);
  });

  it('a DATA_DIR that is a file is refused by name', async () => {
    writeFileSync(bench.dataDir, '');

    await expect(acquire()).rejects.toThrow(`DATA_DIR cannot be written (ENOTDIR): ${bench.dataDir}`);
  });

  it('a DATA_DIR that may not be written is refused by name', async () => {
    mkdirSync(bench.dataDir);
    chmodSync(bench.dataDir, 0o500);
    // Root may write everywhere but in the kernel's own folders.
    const dataDir = process.getuid?.() === 0 ? '/sys/careline' : bench.dataDir;

    await expect(EngineHold.acquire(FAKE, { dataDir, log: () => undefined })).rejects.toThrow(
      /^DATA_DIR cannot be written \((EACCES|EPERM|EROFS)\): /,
    );
  });

  it('an engine whose module is missing is reported with the place of the log', async () => {
    const engine = { ...FAKE, module: join(bench.root, 'missing.js') };

    await expect(
      EngineHold.acquire(engine, { dataDir: bench.dataDir, log: () => undefined }),
    ).rejects.toThrow(`could not start: see engine.log in ${bench.home}`);
  });
});

describe('the keeper of an embedded engine', () => {
  let bench: Workbench;

  beforeEach(() => {
    bench = new Workbench(FAKE);
  });
  afterEach(() => bench.close());

  it.each([
    ['another token', '{"type":"join","token":"000000000000000000000000000000000000000000000000"}\n'],
    ['no token', '{"type":"join"}\n'],
    ['a release without a join and another token', '{"type":"release"}\n{"type":"join","token":1}\n'],
  ])('%s gets no answer and does not count as a user', async (_, bytes) => {
    const user = bench.user();
    await user.address();

    expect(await sendRaw(`http://127.0.0.1:${readKeeperAddress(bench.home)!.port}`, bytes)).toBe('');

    await user.release();
    expect(await bench.enginePids()).toEqual([]);
  });
});

describe('startEngines', () => {
  const log = () => undefined;

  it('starts nothing when every address is given', async () => {
    const config = readConfig({ DATABASE_URL: 'postgresql://h/d', DYNAMODB_ENDPOINT: 'http://h' });

    const engines = await startEngines(config, { log, dynamodb: true });

    expect(engines).toMatchObject({
      databaseUrl: 'postgresql://h/d',
      dynamodbEndpoint: 'http://h',
      embeddedEngines: [],
    });
    expect(engines.states()).toEqual([]);
    await engines.stop();
  });

  it('starts nothing in production, and refuses when PostgreSQL has no address', async () => {
    const config = readConfig(PRODUCTION);

    await expect(startEngines({ ...config, databaseUrl: undefined }, { log })).rejects.toThrow(
      'PostgreSQL is embedded for development only',
    );
    const engines = await startEngines(config, { log, dynamodb: true });
    expect(engines).toMatchObject({ databaseUrl: PRODUCTION.DATABASE_URL, embeddedEngines: [] });
  });
});
