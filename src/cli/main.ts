import { Command } from 'commander';
import { createLogger } from '../common/logging/logger.js';
import { ConfigurationError, readProcessConfig, type Config } from '../config/index.js';
import { startEngines, type RunningEngines } from '../embedded/index.js';
import { explainError } from '../start-error.js';
import type { CliContext } from './context.js';
import { dbCommand } from './db.command.js';
import { fhirCommand } from './fhir.command.js';

/** Engines are started by the first command that asks for one, and let go when the command ends. */
class Engines {
  private running: Promise<RunningEngines> | undefined;

  constructor(private readonly config: Config) {}

  async databaseUrl(): Promise<string> {
    const logger = createLogger('warn');
    this.running ??= startEngines(this.config, { log: (line) => logger.info(line) });
    return (await this.running).databaseUrl;
  }

  async stop(): Promise<void> {
    await (await this.running)?.stop();
  }
}

async function main(): Promise<void> {
  // `careline … | head` closes our output before we are done: that is the reader's wish, not a fault.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  const config = readProcessConfig();
  const engines = new Engines(config);
  const context: CliContext = {
    config,
    databaseUrl: () => engines.databaseUrl(),
    out: (line) => process.stdout.write(`${line}\n`),
  };
  const program = new Command('careline')
    .description('Operates Careline: databases, imports.')
    .showHelpAfterError()
    .addCommand(dbCommand(context))
    .addCommand(fhirCommand(context));
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
