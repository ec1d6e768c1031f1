import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { ThrottlerModule } from '@nestjs/throttler';
import type { JWTVerifyGetKey } from 'jose';
import type { Config } from '../config/index.js';
import { AccessGuard } from './guards/access.guard.js';
import { AuthenticatingGuard } from './guards/authenticating.guard.js';
import { LocalIssuer } from './local-issuer/local-issuer.js';
import { LocalIssuerModule } from './local-issuer/local-issuer.module.js';
import { BoundedThrottlerStorage } from './rate-limit/bounded-throttler-storage.js';
import { RateLimitGuard } from './rate-limit/rate-limit.guard.js';
import { CachingTokenVerifier } from './tokens/caching-token-verifier.js';
import { JwtTokenVerifier } from './tokens/jwt-token-verifier.js';
import { remoteKeys } from './tokens/remote-keys.js';
import { TokenVerifier } from './tokens/token-verifier.js';

type AuthConfig = Pick<Config, 'isProduction' | 'dataDir' | 'auth' | 'rateLimitPerMinute'>;

/**
 * Puts every route of the service behind a bearer token, its roles and the rate limit. Nest runs global guards in the
 * order in which they are registered: who asks, how often, and only then whether they may.
 */
@Module({})
export class AuthModule {
  /** @throws {ConfigurationError} in production without `AUTH_JWKS_URI` */
  static forRoot(config: AuthConfig): DynamicModule {
    return {
      module: AuthModule,
      imports: [
        rateLimit(config.rateLimitPerMinute),
        ...(config.auth.jwksUri === undefined ? [LocalIssuerModule.forRoot(config)] : []),
      ],
      providers: [
        tokenVerifier(config.auth),
        { provide: APP_GUARD, useClass: AuthenticatingGuard },
        { provide: APP_GUARD, useClass: RateLimitGuard },
        { provide: APP_GUARD, useClass: AccessGuard },
      ],
    };
  }
}

function tokenVerifier(auth: Config['auth']): Provider {
  const verifier = (keys: JWTVerifyGetKey): TokenVerifier =>
    new CachingTokenVerifier(new JwtTokenVerifier(keys, auth));
  const { jwksUri } = auth;
  return jwksUri === undefined
    ? {
        provide: TokenVerifier,
        useFactory: (issuer: LocalIssuer) => verifier(issuer.keys),
        inject: [LocalIssuer],
      }
    : { provide: TokenVerifier, useFactory: () => verifier(remoteKeys(new URL(jwksUri))) };
}

function rateLimit(limit: number): DynamicModule {
  return ThrottlerModule.forRoot({
    throttlers: [{ limit, ttl: 60_000, skipIf: () => limit === 0 }],
    storage: new BoundedThrottlerStorage(),
  });
}
