import { AsyncLocalStorage } from 'node:async_hooks';
import { ConsecutiveBreaker, ExponentialBackoff, circuitBreaker, handleWhen } from 'cockatiel';
import { withDeadline } from '../../waiting/deadline.js';
import type { AwsSdk } from './aws-sdk.js';

type Context = Record<string, string>;

/** What is used of AWS KMS. The client `KMS` of `@aws-sdk/client-kms` has it. */
export interface KmsClient {
  generateDataKey(input: GenerateDataKey): Promise<DataKey & { CiphertextBlob?: Uint8Array | undefined }>;
  decrypt(input: Decrypt): Promise<DataKey>;
}

interface GenerateDataKey {
  readonly KeyId: string;
  readonly NumberOfBytes?: number;
  readonly EncryptionContext?: Context;
}

interface Decrypt {
  readonly KeyId?: string;
  readonly CiphertextBlob: Uint8Array;
  readonly EncryptionContext?: Context;
}

interface DataKey {
  /** ARN of the key. */
  KeyId?: string | undefined;
  Plaintext?: Uint8Array | undefined;
}

/** KMS does not give a key: no answer, no permission, a disabled key. */
export class KmsUnavailable extends Error {
  override readonly name = 'KmsUnavailable';
}

/** What KMS says of bytes that it never made, or made for another context: nothing is wrong with KMS. */
const NOT_OURS = new Set(['InvalidCiphertextException', 'IncorrectKeyException']);

const TIMEOUT_MS = 1_000;
const MAX_ATTEMPTS = 2;
const FAULTS_TO_OPEN = 5;
const PAUSE_MS = { initialDelay: 1_000, maxDelay: 30_000 };

interface Outcome {
  unavailable?: KmsUnavailable;
}

/**
 * Calls of KMS for a keyring, each with a deadline and all behind a breaker: a KMS that does not answer delays no more
 * than a few readings of L2. The keyring turns what a decryption fails with into text, so the failure is kept aside for
 * whoever {@link watch}es.
 */
export class KmsCalls {
  private readonly outcomes = new AsyncLocalStorage<Outcome>();
  private readonly clientOf: (region: string) => KmsClient;
  private readonly timeoutMs: number;
  private readonly breaker = circuitBreaker(
    handleWhen((error) => !isNotOurs(error)),
    { breaker: new ConsecutiveBreaker(FAULTS_TO_OPEN), halfOpenAfter: new ExponentialBackoff(PAUSE_MS) },
  );

  constructor(sdk: AwsSdk, client: KmsClient | undefined, timeoutMs = TIMEOUT_MS) {
    this.timeoutMs = timeoutMs;
    this.clientOf = client === undefined ? regionalClients(sdk, timeoutMs) : () => client;
  }

  /** The client as a keyring wants it. */
  readonly provider = (region: string) => ({
    generateDataKey: (input: GenerateDataKey) =>
      this.call(() => this.clientOf(region).generateDataKey(input)),
    decrypt: (input: Decrypt) => this.call(() => this.clientOf(region).decrypt(input)),
    // Only a keyring that wraps under several keys encrypts; ours wraps under one.
    encrypt: () => Promise.reject(new Error('not used')),
  });

  /**
   * @throws {KmsUnavailable} when KMS did not answer `work` as it should
   * @throws what `work` throws otherwise
   */
  async watch<T>(work: () => Promise<T>): Promise<T> {
    const outcome: Outcome = {};
    try {
      return await this.outcomes.run(outcome, work);
    } catch (error) {
      throw outcome.unavailable ?? error;
    }
  }

  private async call<T>(send: () => Promise<T>): Promise<T> {
    try {
      const late = (): Error => new Error('KMS did not answer in time.');
      return await this.breaker.execute(() => withDeadline(send, { timeoutMs: this.timeoutMs, late }));
    } catch (cause) {
      if (isNotOurs(cause)) throw cause;
      const unavailable = new KmsUnavailable('KMS gives no data key.', { cause });
      const outcome = this.outcomes.getStore();
      if (outcome !== undefined) outcome.unavailable = unavailable;
      throw unavailable;
    }
  }
}

function isNotOurs(error: unknown): boolean {
  return error instanceof Error && NOT_OURS.has(error.name);
}

function regionalClients(sdk: AwsSdk, timeoutMs: number): (region: string) => KmsClient {
  const clients = new Map<string, KmsClient>();
  const requestHandler = {
    connectionTimeout: timeoutMs,
    requestTimeout: timeoutMs,
    throwOnRequestTimeout: true,
  };
  return (region) => {
    const client = clients.get(region) ?? new sdk.KMS({ region, maxAttempts: MAX_ATTEMPTS, requestHandler });
    clients.set(region, client);
    return client;
  };
}
