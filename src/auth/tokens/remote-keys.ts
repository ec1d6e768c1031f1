import { Logger } from '@nestjs/common';
import { createLocalJWKSet, createRemoteJWKSet, customFetch, errors, type JWTVerifyGetKey } from 'jose';
import { AppError } from '../../common/errors/app-error.js';

const TIMEOUT_MS = 3_000;
/** The least time between two fetches that tokens with an unknown `kid` can cause. */
const UNKNOWN_KEY_COOLDOWN_MS = 30_000;
/** After a fetch that failed, nobody tries again for so long. */
const FAILURE_BACKOFF_MS = 5_000;
/** Keys older than this are fetched anew, in the background. */
const REFRESH_AFTER_MS = 5 * 60_000;
/** Keys that could not be fetched anew for so long are no longer believed. */
const MAX_AGE_MS = 30 * 60_000;

/**
 * The keys at `url`, a JSON Web Key Set (RFC 7517). Fetched on first use; one fetch at a time; while the address does
 * not answer, known keys stay good for half an hour.
 * @param timeoutMs how long one fetch may take
 * @throws {AppError} `AUTH_UNAVAILABLE` from the returned function while the keys cannot be had
 */
export function remoteKeys(url: URL, timeoutMs = TIMEOUT_MS): JWTVerifyGetKey {
  const fetcher = new KeySetFetcher();
  const remote = createRemoteJWKSet(url, {
    timeoutDuration: timeoutMs,
    cooldownDuration: UNKNOWN_KEY_COOLDOWN_MS,
    cacheMaxAge: MAX_AGE_MS,
    [customFetch]: fetcher.fetch,
  });
  return async (header, token) => {
    if (remote.fresh && fetcher.isRefreshDue()) void remote.reload().catch(() => undefined);
    try {
      return await remote(header, token);
    } catch (error) {
      if (isAboutTheToken(error)) throw error;
      throw new AppError('AUTH_UNAVAILABLE', 'The keys that tokens are verified with cannot be read.', {
        cause: error,
        retryAfterSeconds: FAILURE_BACKOFF_MS / 1_000,
      });
    }
  };
}

function isAboutTheToken(error: unknown): boolean {
  return (
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys ||
    error instanceof errors.JOSENotSupported
  );
}

/** Fetches the key set, remembers when, and holds back after a failure. Logs changes of state only. */
class KeySetFetcher {
  private readonly logger = new Logger('RemoteKeys');
  private fetchedAtMs = Number.NEGATIVE_INFINITY;
  private failedAtMs = Number.NEGATIVE_INFINITY;

  readonly fetch = async (url: string, options: RequestInit): Promise<Response> => {
    if (this.isHoldingBack()) throw new Error('The last attempt failed a moment ago');
    try {
      const response = await fetch(url, options);
      const keySet = await readKeySet(response);
      this.succeeded();
      return Response.json(keySet);
    } catch (error) {
      this.failed();
      throw error;
    }
  };

  isRefreshDue(): boolean {
    return Date.now() - this.fetchedAtMs > REFRESH_AFTER_MS && !this.isHoldingBack();
  }

  private isHoldingBack(): boolean {
    return Date.now() - this.failedAtMs < FAILURE_BACKOFF_MS;
  }

  private succeeded(): void {
    if (Number.isFinite(this.failedAtMs)) this.logger.warn('The key set at AUTH_JWKS_URI answers again');
    this.fetchedAtMs = Date.now();
    this.failedAtMs = Number.NEGATIVE_INFINITY;
  }

  private failed(): void {
    if (!Number.isFinite(this.failedAtMs)) this.logger.warn('The key set at AUTH_JWKS_URI cannot be read');
    this.failedAtMs = Date.now();
  }
}

async function readKeySet(response: Response): Promise<unknown> {
  if (response.status !== 200) throw new Error(`The key set's address answered ${response.status}`);
  const keySet: unknown = await response.json();
  createLocalJWKSet(keySet as Parameters<typeof createLocalJWKSet>[0]);
  return keySet;
}
