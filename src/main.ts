import { createLogger } from './common/logging/logger.js';
import { ConfigurationError, readProcessConfig, type Config } from './config/index.js';
import { stopOnSignal } from './shutdown.js';
import { start } from './start.js';
import { explainError } from './start-error.js';

async function main(): Promise<void> {
  const config = readProcessConfig();
  const logger = createLogger(config.logLevel);
  const service = await start(config, logger);
  stopOnSignal(() => service.stop(), logger);
  process.stdout.write(greeting(config, service.url));
}

/** What a developer wants to know first. Production logs, and greets nobody. */
function greeting(config: Config, url: string): string {
  if (config.isProduction) return '';
  const token =
    config.auth.jwksUri === undefined
      ? `  Token       curl -sX POST ${url}/api/dev/tokens -H 'content-type: application/json' -d '{"handle":"ana"}'\n`
      : `  Token       from the issuer of AUTH_ISSUER\n`;
  return `\nCareline is ready.\n  API         ${url}/api\n  Swagger UI  ${url}/docs\n  Cache       ${url}/cache\n  Health      ${url}/health/ready\n${token}\n`;
}

main().catch((error: unknown) => {
  process.stderr.write(
    `${error instanceof ConfigurationError ? error.message : explainError('Careline cannot start', error)}\n`,
  );
  process.exit(1);
});
