import { setTimeout as delay } from 'node:timers/promises';
import { DescribeTableCommand, type DynamoDBClient, type TableDescription } from '@aws-sdk/client-dynamodb';
import { describeDynamoError, dynamoErrorName, isRefusedAsSuch, TableError } from './dynamo-errors.js';

export interface TableOptions {
  readonly signal?: AbortSignal;
  /** How long to wait for DynamoDB to make or drop the table; default 2 minutes. */
  readonly deadlineMs?: number;
  /** Is told what the endpoint does not do, in words for an operator. */
  readonly note?: (line: string) => void;
}

const DEADLINE_MS = 120_000;
const POLL_MS = 500;

export type Send = { readonly abortSignal?: AbortSignal };

/** The table as it is; undefined: there is none. */
export async function describe(
  client: DynamoDBClient,
  TableName: string,
  signal: AbortSignal | undefined,
): Promise<TableDescription | undefined> {
  let description: TableDescription | undefined;
  await unless(['ResourceNotFoundException'], signal, async (send) => {
    description = (await client.send(new DescribeTableCommand({ TableName }), send)).Table;
  });
  return description;
}

/**
 * @returns the name of the error of `expected` with which DynamoDB answers; undefined: with none
 * @throws {TableError} for every other error
 */
export async function unless<Expected extends string>(
  expected: readonly Expected[],
  signal: AbortSignal | undefined,
  send: (options: Send) => Promise<unknown>,
): Promise<Expected | undefined> {
  try {
    await send(signal === undefined ? {} : { abortSignal: signal });
    return undefined;
  } catch (error) {
    signal?.throwIfAborted();
    const name = expected.find((one) => one === dynamoErrorName(error));
    if (name !== undefined) return name;
    const kind = isRefusedAsSuch(error) ? 'refused' : 'unavailable';
    throw new TableError(kind, `DynamoDB: ${describeDynamoError(error)}.`);
  }
}

/** Asks again and again, at once for a start. @throws {TableError} `unavailable` when the time is over */
export async function until(
  { signal, deadlineMs = DEADLINE_MS }: TableOptions,
  isDone: () => Promise<boolean>,
): Promise<void> {
  const end = performance.now() + deadlineMs;
  for (let pauseMs = 0; !(await isDone()); pauseMs = POLL_MS) {
    if (performance.now() > end)
      throw new TableError('unavailable', 'DynamoDB took too long with the table.');
    // The first look after a change comes at once: DynamoDB Local is ready by then.
    await delay(pauseMs, undefined, signal === undefined ? {} : { signal });
  }
}
