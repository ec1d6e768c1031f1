import { Command } from 'commander';
import { createLogger } from '../common/logging/logger.js';
import { ConfigurationError, readProcessConfig, type Config } from '../config/index.js';
import { DYNAMODB, EngineHold, startEngines, type RunningEngines } from '../embedded/index.js';
import { explainError } from '../start-error.js';
import { cacheCommand } from './cache.command.js';
import type { DynamoCliContext } from './context.js';
import { daxLocalCommand } from './dax-local.command.js';
import { dbCommand } from './db.command.js';
import { ddbCommand } from './ddb.command.js';
import { fhirCommand } from './fhir.command.js';

/** Engines are started by the first command that asks for one, and let go when the command ends. */
class Engines {
  private running: Promise<RunningEngines> | undefined;
  private dynamodb: Promise<EngineHold> | undefined;
  private readonly logger = createLogger('warn');

  constructor(private readonly config: Config) {}

  async databaseUrl(): Promise<string> {
    this.running ??= startEngines(this.config, { log: (line) => this.logger.info(line) });
    return (await this.running).databaseUrl;
  }

  async dynamodbEndpoint(): Promise<string | undefined> {
    const { dynamodbEndpoint, isProduction, dataDir } = this.config;
    if (dynamodbEndpoint !== undefined || isProduction) return dynamodbEndpoint;
    this.dynamodb ??= EngineHold.acquire(DYNAMODB, { dataDir, log: (line) => this.logger.info(line) });
    return (await this.dynamodb).address;
  }

  async stop(): Promise<void> {
    await (await this.running)?.stop();
    await (await this.dynamodb)?.release();
  }
}

async function main(): Promise<void> {
  // `careline … | head` closes our output before we are done: that is the reader's wish, not a fault.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  const config = readProcessConfig();
  const engines = new Engines(config);
  const context: DynamoCliContext = {
    config,
    databaseUrl: () => engines.databaseUrl(),
    dynamodbEndpoint: () => engines.dynamodbEndpoint(),
    out: (line) => process.stdout.write(`${line}\n`),
  };
  const program = new Command('careline')
    .description('Operates Careline: databases, messages, imports, the cache.')
    .showHelpAfterError()
    .addCommand(dbCommand(context))
    .addCommand(ddbCommand(context))
    .addCommand(fhirCommand(context))
    .addCommand(cacheCommand(context))
    .addCommand(daxLocalCommand(context));
  try {
    await program.parseAsync();
  } finally {
    await engines.stop();
  }
}

main().catch((error: unknown) => {
  process.stderr.write(
    `${error instanceof ConfigurationError ? error.message : explainError('Careline failed', error)}\n`,
  );
  process.exitCode = 1;
});
