import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { OperatorError } from '../common/errors/operator-error.js';
import type { DynamoCliContext } from './context.js';

/** Beside `src` and `dist`: the program is a package of its own, which this one does not import. */
const PROGRAM = resolve(import.meta.dirname, '../../tools/dax-local/dist/main.js');
const ENDPOINT = '--dynamodb-endpoint';

/** `careline dax-local …`: runs the DAX server of development in front of the service's DynamoDB, until it is ended. */
export function daxLocalCommand(context: DynamoCliContext): Command {
  return new Command('dax-local')
    .description('Run a DAX cluster on this machine, for development. All options: dax-local --help')
    .helpOption(false)
    .allowUnknownOption()
    .allowExcessArguments()
    .action((_flags: object, command: Command) => run(context, command.args));
}

async function run(context: DynamoCliContext, args: readonly string[]): Promise<void> {
  if (context.config.isProduction)
    throw new OperatorError('"careline dax-local" is for development: production has DAX.');
  if (!existsSync(PROGRAM)) throw new OperatorError('dax-local is not built: run "npm run build" first.');
  const isComplete = args.some((one) => one === '--help' || one.split('=')[0] === ENDPOINT);
  const endpoint = isComplete ? undefined : await context.dynamodbEndpoint();
  const all = [PROGRAM, ...args, ...(endpoint === undefined ? [] : [ENDPOINT, endpoint])];
  const child = spawn(process.execPath, all, { stdio: 'inherit' });
  // A Ctrl-C reaches both; this process waits for the other.
  const pass = (signal: NodeJS.Signals): void => void child.kill(signal);
  process.on('SIGINT', pass).on('SIGTERM', pass);
  try {
    // Without a code a signal ended it: somebody wanted that.
    const [code] = (await once(child, 'exit')) as [number | null];
    if (code) throw new OperatorError(`dax-local ended with code ${code}.`);
  } finally {
    process.off('SIGINT', pass).off('SIGTERM', pass);
  }
}
