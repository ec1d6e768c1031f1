import { Logger } from '@nestjs/common';
import { errors, jwtVerify, type JWTVerifyGetKey, type JWTVerifyResult } from 'jose';
import { AppError } from '../../common/errors/app-error.js';
import { isForAudience, principalOf } from './claims.js';
import type { TokenVerifier, VerifiedToken } from './token-verifier.js';

/** Signatures with a public key only: with a shared secret, whoever can verify could also sign. */
const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];
const CLOCK_TOLERANCE_SECONDS = 30;

/** Told only to those whose token bears a good signature: claims are judged after it. */
const DETAIL_OF_CLAIM: Readonly<Record<string, string>> = {
  iss: 'The token is from another issuer.',
  aud: 'The token is for another audience.',
  exp: 'The token carries no valid expiry.',
  nbf: 'The token is not valid yet.',
  sub: 'The subject of the token is not a uuid.',
};

export interface JwtExpectations {
  readonly issuer: string;
  readonly audience: string;
}

/** Verifies signed JWTs (RFC 7519) from one issuer, with the keys that `keys` finds. */
export class JwtTokenVerifier implements TokenVerifier {
  private readonly logger = new Logger(JwtTokenVerifier.name);

  constructor(
    private readonly keys: JWTVerifyGetKey,
    private readonly expected: JwtExpectations,
  ) {}

  async verify(token: string): Promise<VerifiedToken> {
    const { payload, protectedHeader } = await this.verifySignatureAndTimes(token);
    // No extension is understood here, so none may be critical (RFC 7515, section 4.1.11).
    if (protectedHeader.crit !== undefined) throw this.refused('crit');
    if (!isForAudience(payload, this.expected.audience)) throw this.refused('aud');
    const principal = principalOf(payload);
    if (principal === undefined) throw this.refused('sub');
    return { principal, expiresAtMs: Number(payload.exp) * 1_000 };
  }

  private async verifySignatureAndTimes(token: string): Promise<JWTVerifyResult> {
    try {
      return await jwtVerify(token, this.keys, {
        issuer: this.expected.issuer,
        algorithms: ALGORITHMS,
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
        requiredClaims: ['exp'],
      });
    } catch (error) {
      if (error instanceof AppError) throw error;
      if (error instanceof errors.JWTExpired) throw this.refused('expired', 'The token has expired.');
      if (error instanceof errors.JWTClaimValidationFailed) throw this.refused(error.claim);
      throw this.refused(error instanceof errors.JOSEError ? error.code : 'unusable key');
    }
  }

  /** jose's own errors carry the claims, so none is kept as a cause. */
  private refused(reason: string, detail = DETAIL_OF_CLAIM[reason]): AppError {
    this.logger.debug(`Token refused: ${reason}`);
    return new AppError('AUTH_TOKEN_INVALID', detail ?? 'The token could not be verified.');
  }
}
