import { Module, type DynamicModule } from '@nestjs/common';
import { ConfigModule as NestConfigModule, getConfigToken, registerAs } from '@nestjs/config';
import type { ServiceConfig } from './config.js';

const NAMESPACE = 'careline';

/** Injection token of the {@link ServiceConfig}. */
export const CONFIG = getConfigToken(NAMESPACE);

/** Makes one validated {@link ServiceConfig} injectable everywhere. It reads no environment itself. */
@Module({})
export class ConfigModule {
  static forRoot(config: ServiceConfig): DynamicModule {
    return {
      module: ConfigModule,
      imports: [
        NestConfigModule.forRoot({
          isGlobal: true,
          ignoreEnvFile: true,
          ignoreEnvVars: true,
          load: [registerAs(NAMESPACE, () => config)],
        }),
      ],
    };
  }
}
