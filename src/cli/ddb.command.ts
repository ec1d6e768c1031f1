import type { Readable } from 'node:stream';
import { Command, InvalidArgumentError } from 'commander';
import { dynamoConnection } from '../dynamo/dynamo-connection.js';
import { createDynamoClient } from '../dynamo/dynamo-client.js';
import { AppError } from '../common/errors/app-error.js';
import { OperatorError } from '../common/errors/operator-error.js';
import { readText } from '../common/text.js';
import { isUuid } from '../common/uuid.js';
import { MessagingOperator } from '../messaging/operator/messaging-operator.js';
import { createMessagingTable, dropMessagingTable } from '../messaging/table/messaging-table.js';
import type { DynamoCliContext } from './context.js';
import { isTyped } from './db-confirm.js';
import { conversationLines, inboxLines, itemLines } from './ddb-report.js';

const DEFAULT_SCANNED = 100;
const MAX_HANDLE_LENGTH = 64;

interface Flags {
  readonly json?: boolean;
  readonly limit?: number;
  readonly write?: boolean;
  readonly yesReally?: boolean;
}

/** `careline ddb …`. `input` is where the name of the table is typed. */
export function ddbCommand(context: DynamoCliContext, input: Readable = process.stdin): Command {
  const command = new Command('ddb').description('The messages in DynamoDB.');
  command
    .command('schema-load')
    .description('Make the table of MESSAGING_TABLE, with its index, stream and expiry, unless it is there.')
    .action(() => schemaLoad(context));
  command
    .command('seed')
    .description(
      'Write sample conversations between the sample users, unless they are there. Not in production.',
    )
    .action(() => seed(context));
  printing(command.command('scan'))
    .description('Show items of the table.')
    .option('--limit <n>', `how many at most; default ${DEFAULT_SCANNED}`, count)
    .action((flags: Flags) =>
      show(context, flags, itemLines, (it) => it.raw.scan(flags.limit ?? DEFAULT_SCANNED)),
    );
  printing(command.command('list-tables'))
    .description('Show the names of all tables.')
    .action((flags: Flags) =>
      show(
        context,
        flags,
        (names: string[]) => names,
        (it) => it.raw.tables(),
      ),
    );
  command
    .command('drop')
    .description('Drop the table with all messages. There is no way back.')
    .option('--yes-really', 'also in production')
    .action((flags: Flags) => drop(context, flags, input));
  addQueries(command, context);
  return command;
}

function addQueries(command: Command, context: DynamoCliContext): void {
  printing(command.command('list-conversations'))
    .argument('<handle>', 'whose', handleOf)
    .description('Show a user’s conversations, newest first, at most 100.')
    .action((handle: string, flags: Flags) => show(context, flags, inboxLines, (it) => it.inbox(handle)));
  printing(command.command('get-conversation'))
    .argument('<id>', 'the conversation', uuid)
    .description('Show the newest messages of a conversation, at most 100, oldest first.')
    .action((id: string, flags: Flags) =>
      show(context, flags, conversationLines, (it) => it.conversation(id)),
    );
  printing(command.command('partiql'))
    .argument('<statement>', `such as "SELECT * FROM \\"messages-development\\" WHERE PK = 'USER#…'"`)
    .description('Run a PartiQL statement, and show the first 100 items that it gives.')
    .option('--write', 'also one that changes items')
    .action((statement: string, flags: Flags) =>
      show(context, flags, itemLines, (it) => it.partiql(statement, flags.write === true)),
    );
}

function printing(command: Command): Command {
  return command.option('--json', 'print JSON, for programs');
}

async function schemaLoad(context: DynamoCliContext): Promise<void> {
  const name = context.config.messagingTable;
  const created = await onTable(context, createMessagingTable);
  context.out(created ? `Made the table "${name}".` : `The table "${name}" was there already.`);
}

async function drop(context: DynamoCliContext, { yesReally }: Flags, input: Readable): Promise<void> {
  const name = context.config.messagingTable;
  if (context.config.isProduction && yesReally !== true) {
    throw new OperatorError('"careline ddb drop" is refused in production without --yes-really.');
  }
  context.out(`This deletes all messages, with the table "${name}". Type its name to go on:`);
  if (!(await isTyped(name, input))) throw new OperatorError('That is not its name: nothing was changed.');
  const dropped = await onTable(context, dropMessagingTable);
  context.out(dropped ? `Dropped the table "${name}".` : `There was no table "${name}".`);
}

async function seed(context: DynamoCliContext): Promise<void> {
  if (context.config.isProduction) throw new OperatorError('"careline ddb seed" is refused in production.');
  const written = await operate(context, (operator) => operator.seed());
  context.out(
    written === 0 ? 'The sample conversations are there already.' : `Sample messages: ${written} added.`,
  );
}

async function show<Answer>(
  context: DynamoCliContext,
  { json }: Flags,
  toLines: (answer: Answer) => string[],
  ask: (operator: MessagingOperator) => Promise<Answer>,
): Promise<void> {
  const answer = await operate(context, ask);
  for (const line of json === true ? [JSON.stringify(answer, null, 2)] : toLines(answer)) context.out(line);
}

async function operate<Answer>(
  context: DynamoCliContext,
  work: (operator: MessagingOperator) => Promise<Answer>,
): Promise<Answer> {
  const connection = await connectionOf(context);
  const table = { name: context.config.messagingTable, connection };
  const operator = new MessagingOperator(table, () => context.databaseUrl());
  try {
    return await work(operator);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'MESSAGES_UNAVAILABLE') throw error;
    const name = error.cause instanceof Error ? error.cause.name : 'unknown error';
    const hint = name === 'ResourceNotFoundException' ? ': run "careline ddb schema-load"' : '';
    throw new OperatorError(`DynamoDB does not do it (${name})${hint}.`, { cause: error });
  } finally {
    await operator.close();
  }
}

async function onTable(context: DynamoCliContext, work: typeof createMessagingTable): Promise<boolean> {
  const client = createDynamoClient(await connectionOf(context));
  try {
    return await work(client, context.config.messagingTable, (line) => context.out(line));
  } finally {
    client.destroy();
  }
}

async function connectionOf(context: DynamoCliContext) {
  const dynamodbEndpoint = await context.dynamodbEndpoint();
  return dynamoConnection({ awsRegion: context.config.awsRegion, dynamodbEndpoint });
}

function count(text: string): number {
  if (/^[1-9][0-9]{0,5}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It is a whole number from 1 to 999999.');
}

function uuid(text: string): string {
  if (isUuid(text)) return text.toLowerCase();
  throw new InvalidArgumentError('It is a uuid.');
}

function handleOf(given: string): string {
  const { text } = readText(given, MAX_HANDLE_LENGTH);
  if (text !== undefined) return text;
  throw new InvalidArgumentError(`It is a handle, of at most ${MAX_HANDLE_LENGTH} characters.`);
}
