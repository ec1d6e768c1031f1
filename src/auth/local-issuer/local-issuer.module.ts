import { Module, type DynamicModule } from '@nestjs/common';
import { ConfigurationError, type Config } from '../../config/index.js';
import { UsersModule } from '../../users/users.module.js';
import { DevTokensController } from './dev-tokens.controller.js';
import { DevTokensService } from './dev-tokens.service.js';
import { loadIssuerKey } from './issuer-key.js';
import { LocalIssuer } from './local-issuer.js';

/** The token issuer of development, and its route. */
@Module({})
export class LocalIssuerModule {
  /** @throws {ConfigurationError} in production */
  static forRoot(config: Pick<Config, 'isProduction' | 'dataDir' | 'auth'>): DynamicModule {
    if (config.isProduction) {
      const reason = 'must be set in production: the local token issuer is for development only';
      throw new ConfigurationError([{ variable: 'AUTH_JWKS_URI', reason }]);
    }
    const issuer = {
      provide: LocalIssuer,
      useFactory: async () => new LocalIssuer(await loadIssuerKey(config.dataDir), config.auth),
    };
    return {
      module: LocalIssuerModule,
      imports: [UsersModule],
      controllers: [DevTokensController],
      providers: [issuer, DevTokensService],
      exports: [LocalIssuer],
    };
  }
}
