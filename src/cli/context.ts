import type { Config } from '../config/index.js';

/** What a command of the `careline` program gets from the program. */
export interface CliContext {
  readonly config: Config;
  /** The address of the database; starts the embedded engine where there is none. */
  databaseUrl(): Promise<string>;
  /** Prints a line for people. */
  out(line: string): void;
}
