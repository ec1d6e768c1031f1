import type { Config } from '../config/index.js';

/** What a command of the `careline` program gets from the program. */
export interface CliContext {
  readonly config: Config;
  /** The address of the database; starts the embedded engine where there is none. */
  databaseUrl(): Promise<string>;
  /** Prints a line for people. */
  out(line: string): void;
}

/** What a command gets that works on DynamoDB. */
export interface DynamoCliContext extends CliContext {
  /** The address of DynamoDB, undefined for AWS's own; starts the embedded engine where there is none. */
  dynamodbEndpoint(): Promise<string | undefined>;
}
