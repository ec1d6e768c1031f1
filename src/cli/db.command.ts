import type { Readable } from 'node:stream';
import { Command } from 'commander';
import { OperatorError } from '../common/errors/operator-error.js';
import { markRolledBack, migrate } from '../prisma/migrate.js';
import { databaseName, resetDatabase } from '../prisma/reset.js';
import { seed } from '../prisma/seed.js';
import type { CliContext } from './context.js';
import { isTyped } from './db-confirm.js';

interface MigrateFlags {
  readonly rolledBack?: string;
}

interface ResetFlags {
  readonly yes?: boolean;
}

/** `careline db …`. `input` is where `reset` reads the confirmation from. */
export function dbCommand(context: CliContext, input: Readable = process.stdin): Command {
  const command = new Command('db').description('The clinical database.');
  command
    .command('migrate')
    .description('Apply the migrations that the database lacks. Several may run at once.')
    .option('--rolled-back <name>', 'first mark a migration that did not finish, so that it is applied again')
    .action((flags: MigrateFlags) => migrateDatabase(context, flags));
  command
    .command('seed')
    .description(
      'Add the sample users and 50 sample patients. What exists stays as it is. Not in production.',
    )
    .action(() => seedDatabase(context));
  command
    .command('reset')
    .description('Delete everything in the database, migrate and seed anew. Not in production.')
    .option('--yes', 'do not ask for the name of the database')
    .action((flags: ResetFlags) => reset(context, flags, input));
  return command;
}

async function migrateDatabase(context: CliContext, { rolledBack }: MigrateFlags): Promise<void> {
  const url = await context.databaseUrl();
  const log = (line: string): void => context.out(line);
  if (rolledBack !== undefined) await markRolledBack(url, rolledBack, { log });
  const { applied } = await migrate(url, { log });
  if (applied.length === 0) context.out('The database is up to date.');
}

async function seedDatabase(context: CliContext): Promise<void> {
  refuseInProduction(context, 'db seed');
  await seed(await context.databaseUrl(), { log: (line) => context.out(line) });
}

async function reset(context: CliContext, { yes }: ResetFlags, input: Readable): Promise<void> {
  refuseInProduction(context, 'db reset');
  const url = await context.databaseUrl();
  if (yes !== true) await confirm(context, await databaseName(url), input);
  await resetDatabase(url, { log: (line) => context.out(line) });
  await seedDatabase(context);
}

async function confirm(context: CliContext, name: string, input: Readable): Promise<void> {
  context.out(`This deletes everything in the database "${name}". Type its name to go on:`);
  if (!(await isTyped(name, input))) throw new OperatorError('That is not its name: nothing was changed.');
}

function refuseInProduction(context: CliContext, command: string): void {
  if (context.config.isProduction) throw new OperatorError(`"careline ${command}" is refused in production.`);
}
