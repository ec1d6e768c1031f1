import { CacheUsageError } from '../base/errors.js';
import type { KmsClient } from './kms-calls.js';

/** How far one data key is used before a new one is made. */
export interface DataKeyLimits {
  /** A key that was revoked in KMS is refused by a running process after this time at the latest, in ms. */
  readonly maxAgeMs: number;
  /** Entries encrypted under one data key. */
  readonly maxMessages: number;
  /** Bytes encrypted under one data key. */
  readonly maxBytes: number;
  /** Data keys kept in memory, of this process and of those whose entries it reads. */
  readonly maxKeys: number;
}

export interface LocalKey {
  /** Stands in clear text in every entry: a name such as `2027-01`, never the secret. */
  readonly id: string;
  /** At least 32 characters; the wrapping key is derived from it. */
  readonly secret: string;
}

export interface LocalEncryption {
  readonly mode: 'local';
  /** The first encrypts; all decrypt. */
  readonly keys: readonly LocalKey[];
  readonly dataKeys?: Partial<DataKeyLimits>;
}

export interface KmsEncryption {
  readonly mode: 'kms';
  /**
   * ARNs of keys (not of aliases: entries name their key by its ARN). The first makes data keys; all decrypt.
   * Permissions: `kms:GenerateDataKey` on the first, `kms:Decrypt` on all, with encryption context
   * `purpose = careline-cache`.
   */
  readonly keyArns: readonly string[];
  /** Default: the AWS SDK's own, for the region of the key. */
  readonly client?: KmsClient;
  /** After it a call of KMS has failed. Default 1,000. */
  readonly timeoutMs?: number;
  readonly dataKeys?: Partial<DataKeyLimits>;
}

export type ActiveEncryption = LocalEncryption | KmsEncryption;

export type EncryptionOptions = { readonly mode: 'off' } | ActiveEncryption;

/**
 * Each message has a key of its own, derived from the data key with 256 random bits, so the limits bound damage and
 * cost, not nonces: at most one call of KMS in five minutes or 10,000 entries for writing, and one in five minutes for
 * each data key that is read.
 */
export const DATA_KEY_LIMITS: DataKeyLimits = {
  maxAgeMs: 300_000,
  maxMessages: 10_000,
  maxBytes: 1024 ** 3,
  maxKeys: 1_000,
};

const MIN_SECRET_LENGTH = 32;
const KEY_ID = /^[A-Za-z0-9._-]{1,64}$/;
const KEY_ARN = /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[A-Za-z0-9-]+$/;

/** @throws {CacheUsageError} naming the option that is wrong, never its value */
export function checkEncryption(options: EncryptionOptions): void {
  switch (options.mode) {
    case 'off':
      return;
    case 'local':
      checkLocal(options.keys);
      break;
    case 'kms':
      checkKms(options);
      break;
    default:
      throw invalid('encryption must be off, local or kms');
  }
  for (const [name, limit] of Object.entries(options.dataKeys ?? {})) {
    if (!isPositive(limit)) throw invalid(`dataKeys.${name} must be a positive whole number`);
  }
}

function checkLocal(keys: readonly LocalKey[]): void {
  if (keys.length === 0) throw invalid('local encryption needs a key');
  for (const { id, secret } of keys) {
    if (!KEY_ID.test(id)) throw invalid('the id of a key has 1 to 64 letters, digits, dots, _ and -');
    if (secret.length < MIN_SECRET_LENGTH)
      throw invalid('the secret of a key must have at least 32 characters');
  }
  if (hasDuplicates(keys.map(({ id }) => id))) throw invalid('two keys have the same id');
}

function checkKms({ keyArns, timeoutMs = 1 }: KmsEncryption): void {
  if (keyArns.length === 0) throw invalid('kms encryption needs the ARN of a key');
  if (!keyArns.every((arn) => KEY_ARN.test(arn))) {
    throw invalid('a KMS key is named by the ARN of the key, not by its id or an alias');
  }
  if (hasDuplicates(keyArns)) throw invalid('a KMS key is named twice');
  if (!isPositive(timeoutMs)) throw invalid('timeoutMs must be a positive whole number');
}

function hasDuplicates(texts: readonly string[]): boolean {
  return new Set(texts).size < texts.length;
}

function isPositive(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) > 0;
}

function invalid(reason: string): CacheUsageError {
  return new CacheUsageError('CACHE_OPTIONS_INVALID', `Encryption of the cache: ${reason}.`);
}
