import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigurationError } from '../../config/index.js';
import { loadIssuerKey } from './issuer-key.js';

describe('loadIssuerKey', () => {
  let dataDir: string;
  const keyFile = () => join(dataDir, 'auth', 'issuer-key.json');

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'careline-key-'));
  });
  afterEach(() => rm(dataDir, { recursive: true, force: true }));

  it('makes a key that only its owner can read, and keeps it', async () => {
    const made = await loadIssuerKey(join(dataDir));
    const kept = await loadIssuerKey(dataDir);

    expect(kept.publicJwk).toEqual(made.publicJwk);
    expect((await stat(keyFile())).mode & 0o777).toBe(0o600);
    expect((await stat(join(dataDir, 'auth'))).mode & 0o777).toBe(0o700);
  });

  it('makes the data folder where there is none', async () => {
    dataDir = join(dataDir, 'a', 'b');

    expect((await loadIssuerKey(dataDir)).kid).toMatch(/^[\w-]{43}$/);
  });

  it('instances that start at once or a little later share one key and leave no draft', async () => {
    const startLater = async (turns: number) => {
      for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      return loadIssuerKey(dataDir);
    };

    const keys = await Promise.all(Array.from({ length: 40 }, (_, instance) => startLater(instance)));

    expect(new Set(keys.map(({ kid }) => kid)).size).toBe(1);
    expect(await readdir(join(dataDir, 'auth'))).toEqual(['issuer-key.json']);
  });

  it('different folders have different keys', async () => {
    const one = await loadIssuerKey(join(dataDir, 'one'));
    const other = await loadIssuerKey(join(dataDir, 'other'));

    expect(one.kid).not.toBe(other.kid);
  });

  it('never hands out the private part with the public one', async () => {
    const { publicJwk } = await loadIssuerKey(dataDir);
    const stored = JSON.parse(await readFile(keyFile(), 'utf8')) as { d: string };

    expect(JSON.stringify(publicJwk)).not.toContain(stored.d);
  });

  it.each([
    ['empty', () => ''],
    ['cut off', (key: string) => key.slice(0, 100)],
    ['another kind of key', () => '{"kty":"oct","k":"c2VjcmV0"}'],
    ['without its private part', (key: string) => key.replace(/"d":"[^"]*"/, '"d":""')],
  ])('a key file that is %s is refused by name, never with its content', async (_, damage) => {
    await loadIssuerKey(dataDir);
    const key = await readFile(keyFile(), 'utf8');
    await writeFile(keyFile(), damage(key));

    const error: unknown = await loadIssuerKey(dataDir).catch((reason: unknown) => reason);

    expect(error).toBeInstanceOf(ConfigurationError);
    expect((error as Error).message).toContain('DATA_DIR holds a damaged key, auth/issuer-key.json');
    expect((error as Error).message).not.toContain('c2VjcmV0');
    expect((error as Error).cause).toBeUndefined();
  });

  it('a data folder that is a file is refused by name', async () => {
    dataDir = join(dataDir, 'file');
    await writeFile(dataDir, '');

    await expect(loadIssuerKey(dataDir)).rejects.toThrow(/DATA_DIR must be a folder.*ENOTDIR/);
  });

  it('a folder that cannot be written is refused by name; root may write everywhere', async () => {
    await mkdir(join(dataDir, 'auth'));
    await chmod(join(dataDir, 'auth'), 0o500);
    const outcome = await loadIssuerKey(dataDir).then(
      () => 'written',
      (error: Error) => error.message,
    );

    expect(outcome).toMatch(process.getuid?.() === 0 ? /^written$/ : /DATA_DIR must be a folder.*EACCES/);
  });
});
