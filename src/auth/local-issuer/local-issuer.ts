import { createLocalJWKSet, SignJWT, type JWTVerifyGetKey } from 'jose';
import type { Principal } from '../principal.js';
import type { JwtExpectations } from '../tokens/jwt-token-verifier.js';
import { LOCAL_ALGORITHM, type IssuerKey } from './issuer-key.js';

const LIFETIME = '1h';

/** Signs tokens for development, as an identity provider would. */
export class LocalIssuer {
  /** Finds the key that verifies this issuer's tokens. */
  readonly keys: JWTVerifyGetKey;

  constructor(
    private readonly key: IssuerKey,
    private readonly names: JwtExpectations,
  ) {
    this.keys = createLocalJWKSet({ keys: [key.publicJwk] });
  }

  /** A token for `principal` that lives one hour. */
  issue(principal: Principal): Promise<string> {
    return new SignJWT({ roles: [...principal.roles] })
      .setProtectedHeader({ alg: LOCAL_ALGORITHM, kid: this.key.kid, typ: 'JWT' })
      .setIssuer(this.names.issuer)
      .setAudience(this.names.audience)
      .setSubject(principal.subject)
      .setIssuedAt()
      .setExpirationTime(LIFETIME)
      .sign(this.key.privateKey);
  }
}
