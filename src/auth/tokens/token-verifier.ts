import type { Principal } from '../principal.js';

/** What a verified token proves, and until when. */
export interface VerifiedToken {
  readonly principal: Principal;
  /** `exp` of the token, ms since the epoch. */
  readonly expiresAtMs: number;
}

/** Tells whether a bearer token is to be believed. */
export interface TokenVerifier {
  /**
   * @throws {AppError} `AUTH_TOKEN_INVALID` when the token is refused, `AUTH_UNAVAILABLE` when it cannot be judged
   * because the issuer's keys cannot be read
   * @returns at once where the token is known already: a promise costs the path of a cached answer more than the look-up
   */
  verify(token: string): VerifiedToken | Promise<VerifiedToken>;
}

/** Injection token of the {@link TokenVerifier}. */
export const TokenVerifier = Symbol('TokenVerifier');
