import type { CacheUsageError } from '../base/errors.js';
import {
  checkOptions,
  invalidOption,
  matching,
  OBJECT,
  oneOf,
  optional,
  POSITIVE_INTEGER,
  type OptionRule,
  type OptionRules,
} from '../base/option-checks.js';
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

/** How errors call what takes the options. */
const CREATE_CODEC = 'createCodec';
const DATA_KEY_RULES: OptionRules<DataKeyLimits> = {
  maxAgeMs: optional(POSITIVE_INTEGER),
  maxMessages: optional(POSITIVE_INTEGER),
  maxBytes: optional(POSITIVE_INTEGER),
  maxKeys: optional(POSITIVE_INTEGER),
};
const MODE = oneOf('off', 'local', 'kms');
const SOME: OptionRule = {
  expected: 'an array that is not empty',
  accepts: (value) => Array.isArray(value) && value.length > 0,
};
const LOCAL_RULES: OptionRules<LocalEncryption> = { mode: MODE, keys: SOME, dataKeys: optional(OBJECT) };
const KMS_RULES: OptionRules<KmsEncryption> = {
  mode: MODE,
  keyArns: SOME,
  client: optional(OBJECT),
  timeoutMs: optional(POSITIVE_INTEGER),
  dataKeys: optional(OBJECT),
};
const KEY_RULES: OptionRules<LocalKey> = {
  id: matching(KEY_ID, '1 to 64 letters, digits, dots, _ and -'),
  secret: {
    expected: `text of at least ${MIN_SECRET_LENGTH} characters`,
    accepts: (value) => typeof value === 'string' && value.length >= MIN_SECRET_LENGTH,
  },
};
const ARN = matching(KEY_ARN, 'the ARN of a key, not its id or an alias');

/** @throws {CacheUsageError} naming the option that is wrong, never its value */
export function checkEncryption(options: { readonly encryption: EncryptionOptions }): void {
  checkOptions(CREATE_CODEC, options, { encryption: OBJECT });
  const { encryption } = options;
  switch (encryption.mode) {
    case 'off':
      return check(encryption, { mode: MODE }, '');
    case 'local':
      check(encryption, LOCAL_RULES, '');
      encryption.keys.forEach((key, index) => check(key, KEY_RULES, `keys[${index}].`));
      assertDistinct(
        'keys',
        encryption.keys.map(({ id }) => id),
      );
      break;
    case 'kms':
      check(encryption, KMS_RULES, '');
      encryption.keyArns.forEach((arn, index) => {
        if (!ARN.accepts(arn)) throw wrong(`keyArns[${index}]`, ARN.expected, arn);
      });
      assertDistinct('keyArns', encryption.keyArns);
      break;
    default:
      throw wrong('mode', MODE.expected, (encryption as { readonly mode?: unknown }).mode);
  }
  check(encryption.dataKeys ?? {}, DATA_KEY_RULES, 'dataKeys.');
}

function check(options: unknown, rules: Readonly<Record<string, OptionRule>>, at: string): void {
  checkOptions(CREATE_CODEC, options, rules, `encryption.${at}`);
}

function assertDistinct(option: string, texts: readonly string[]): void {
  if (new Set(texts).size < texts.length) throw wrong(option, 'without a key that is named twice', texts);
}

function wrong(option: string, expected: string, value: unknown): CacheUsageError {
  return invalidOption(CREATE_CODEC, `encryption.${option}`, expected, value);
}
