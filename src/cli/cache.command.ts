import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { Command } from 'commander';
import { AuthorityUnavailableError, CacheError, createCache, EVERYTHING, parseTag } from '../cache/index.js';
import { OperatorError } from '../common/errors/operator-error.js';
import { CacheExplanation } from '../metrics/dto/cache-explanation.dto.js';
import { CacheStatsAnswer } from '../metrics/dto/cache-stats.dto.js';
import { explanationLines, statsLines } from './cache-report.js';
import { createTable, dropTable, type DropFlags } from './cache-table.js';
import type { CliContext, DynamoCliContext } from './context.js';
import { ServiceClient } from './service-client.js';

interface ServiceFlags {
  readonly url?: string;
  readonly token?: string;
  readonly json?: boolean;
}

interface ExplainFlags extends ServiceFlags {
  readonly subject?: string;
  readonly roles?: string;
}

/** `careline cache …`. `input` is where a table's name, or a token, is typed. */
export function cacheCommand(context: DynamoCliContext, input: Readable = process.stdin): Command {
  const command = new Command('cache').description('The cache: what it does, and flushing it.');
  command
    .command('flush')
    .argument(
      '[tag]',
      'the data whose answers are not to be used any more, such as patient:<uuid>; * for all',
      EVERYTHING,
    )
    .description('Make every instance forget, at once: raises one version in the database.')
    .action((tag: string) => flush(context, tag));
  ofService(command.command('stats'))
    .description('What the cache of a running service did since it began.')
    .action((flags: ServiceFlags) => stats(context, flags, input));
  ofService(command.command('explain'))
    .argument('<path>', 'the path of a GET request, such as /api/patients/<uuid>')
    .description(
      'How a running service would answer: key, tags with versions, where the entry is, what it costs.',
    )
    .option('--subject <uuid>', 'whose answer, where it is not everybody’s; default: the one who asks')
    .option('--roles <roles>', 'with which roles, with commas between them; default: of the one who asks')
    .action((path: string, flags: ExplainFlags) => explain(context, path, flags, input));
  command
    .command('create-table')
    .description('Make the DynamoDB table of CACHE_TABLE, on demand and with expiry, unless it is there.')
    .action(() => createTable(context));
  command
    .command('drop-table')
    .description('Drop the DynamoDB table of CACHE_TABLE: requests go on without it.')
    .option('--yes-really', 'also in production')
    .action((flags: DropFlags) => dropTable(context, flags, input));
  return command;
}

function ofService(command: Command): Command {
  return command
    .option('--url <url>', 'where the service is; default: at HOST and PORT')
    .option(
      '--token <token>',
      'of an admin, - to read it from standard input; default: one of the development issuer',
    )
    .option('--json', 'print the answer as it is');
}

async function flush(context: CliContext, given: string): Promise<void> {
  const tag = canonical(given);
  const cache = await createCache({
    databaseUrl: await context.databaseUrl(),
    namespace: 'cli',
    openFeed: false,
    selfCheck: false,
  });
  try {
    await cache.authority.bump([tag]);
  } catch (error) {
    // What is wrong with the database is what an operator can mend.
    throw error instanceof AuthorityUnavailableError ? (error.cause ?? error) : error;
  } finally {
    await cache.close();
  }
  context.out(tag === EVERYTHING ? 'Flushed everything.' : `Flushed ${tag}.`);
}

async function stats(context: CliContext, flags: ServiceFlags, input: Readable): Promise<void> {
  const service = await serviceOf(context, flags, input);
  const answer = await service.get('/api/cache/stats', CacheStatsAnswer);
  print(context, flags, answer, statsLines);
}

async function explain(
  context: CliContext,
  path: string,
  flags: ExplainFlags,
  input: Readable,
): Promise<void> {
  const { subject, roles } = flags;
  const query = new URLSearchParams({
    route: path,
    ...(subject === undefined ? {} : { subject }),
    ...(roles === undefined ? {} : { roles }),
  });
  const service = await serviceOf(context, flags, input);
  print(
    context,
    flags,
    await service.get(`/api/cache/entries?${query.toString()}`, CacheExplanation),
    explanationLines,
  );
}

function print<T>(
  context: CliContext,
  { json }: ServiceFlags,
  answer: T,
  toLines: (answer: T) => string[],
): void {
  for (const line of json === true ? [JSON.stringify(answer, null, 2)] : toLines(answer)) context.out(line);
}

async function serviceOf(
  { config }: CliContext,
  { url, token }: ServiceFlags,
  input: Readable,
): Promise<ServiceClient> {
  const address = url ?? `http://${reachable(config.host)}:${config.port}`;
  if (!URL.canParse(address)) throw new OperatorError('--url is no address.');
  // On the command line, a token can be read by everybody on the machine.
  const given = token === '-' ? (await text(input)).trim() : token;
  return new ServiceClient(withoutLastSlashes(address), given);
}

/** Without an expression: one for slashes at the end takes quadratic time where they are not at the end. */
function withoutLastSlashes(address: string): string {
  let end = address.length;
  while (address.endsWith('/', end)) end -= 1;
  return address.slice(0, end);
}

/** Where a service that listens on `host` can be reached on the same machine. */
function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}

function canonical(tag: string) {
  try {
    return parseTag(tag);
  } catch (error) {
    if (error instanceof CacheError)
      throw new OperatorError(`"${tag}" is no tag: ${error.message}`, { cause: error });
    throw error;
  }
}
