import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose';
import { z } from 'zod';
import { ConfigurationError } from '../../config/index.js';

const FOLDER = 'auth';
const FILE = 'issuer-key.json';
export const LOCAL_ALGORITHM = 'ES256';

/** The key pair of the local token issuer. */
export interface IssuerKey {
  readonly kid: string;
  readonly privateKey: Awaited<ReturnType<typeof importJWK>>;
  readonly publicJwk: JWK;
}

const PublicPart = z.object({ kty: z.literal('EC'), crv: z.literal('P-256'), x: z.string(), y: z.string() });
const StoredKey = PublicPart.extend({ d: z.string() });

/**
 * The key pair kept under `dataDir`, made on first use. Instances that start at once share one.
 * @throws {ConfigurationError} when the file cannot be read, written or understood; never with its content
 */
export async function loadIssuerKey(dataDir: string): Promise<IssuerKey> {
  const stored = await readOrCreate(join(dataDir, FOLDER), FILE).catch((error: unknown) => {
    throw wrongDataDir(`must be a folder in which ${FOLDER}/${FILE} can be kept (${codeOf(error)})`);
  });
  return toIssuerKey(stored).catch(() => {
    throw wrongDataDir(`holds a damaged key, ${FOLDER}/${FILE}: delete it, and a new one will be made`);
  });
}

async function toIssuerKey(stored: string): Promise<IssuerKey> {
  const jwk = StoredKey.parse(JSON.parse(stored));
  const publicPart = PublicPart.parse(jwk);
  const kid = await calculateJwkThumbprint(publicPart);
  return {
    kid,
    privateKey: await importJWK(jwk, LOCAL_ALGORITHM),
    publicJwk: { ...publicPart, kid, alg: LOCAL_ALGORITHM, use: 'sig' },
  };
}

async function readOrCreate(folder: string, file: string): Promise<string> {
  const path = join(folder, file);
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await create(path);
  return readFile(path, 'utf8');
}

/**
 * Writes a new key beside `path` and links it there: the link fails where another instance was faster, and a file of
 * that name is complete from its first moment.
 */
async function create(path: string): Promise<void> {
  const draft = `${path}.${randomUUID()}`;
  try {
    await writeDurably(draft, JSON.stringify(await newPrivateJwk()));
    await link(draft, path);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

async function newPrivateJwk(): Promise<JWK> {
  const { privateKey } = await generateKeyPair(LOCAL_ALGORITHM, { extractable: true });
  return exportJWK(privateKey);
}

async function writeDurably(path: string, content: string): Promise<void> {
  await using file = await open(path, 'wx', 0o600);
  await file.writeFile(content);
  await file.sync();
}

function wrongDataDir(reason: string): ConfigurationError {
  return new ConfigurationError([{ variable: 'DATA_DIR', reason }]);
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown';
}
