import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { TokenVerifier, VerifiedToken } from './token-verifier.js';

const MAX_TOKENS = 10_000;
/** How long a token may still pass after its key was withdrawn. */
const MAX_AGE_MS = 60_000;

/**
 * Remembers tokens that `inner` has verified: for a minute, and never past their expiry. Refusals are not remembered.
 * Tokens are known by their SHA-256, so that a heap dump holds none.
 */
export class CachingTokenVerifier implements TokenVerifier {
  private readonly verified: LRUCache<string, VerifiedToken>;

  /** @param clock where the ages come from; `performance` of the process by default */
  constructor(
    private readonly inner: TokenVerifier,
    clock: { now(): number } = performance,
  ) {
    this.verified = new LRUCache({ max: MAX_TOKENS, perf: clock, ttlResolution: 0 });
  }

  verify(token: string): VerifiedToken | Promise<VerifiedToken> {
    const key = hash('sha256', token, 'base64url');
    const known = this.verified.get(key);
    // The clock of the ages stands still while a machine is suspended; a token expires by the one on the wall.
    return known !== undefined && Date.now() < known.expiresAtMs ? known : this.verifyAndRemember(token, key);
  }

  private async verifyAndRemember(token: string, key: string): Promise<VerifiedToken> {
    const result = await this.inner.verify(token);
    const ttl = Math.min(MAX_AGE_MS, result.expiresAtMs - Date.now());
    // In the tolerance after its expiry a token is verified each time; a TTL of 0 would mean for ever.
    if (ttl >= 1) this.verified.set(key, result, { ttl: Math.floor(ttl) });
    return result;
  }
}
