/** What a start asks of an engine, beyond its defaults. */
export type EngineOptions = Readonly<Record<string, boolean | number | string>>;

/** Where and as what an engine is to run. */
export interface EnginePlace {
  /** The engine's folder inside DATA_DIR: an absolute real path that exists. Its keeper is the only one who uses it. */
  readonly home: string;
  /** Names this engine of this DATA_DIR. It must stand in the command line of every process that is started. */
  readonly marker: string;
  /** A TCP port of the loopback interface that was free a moment ago. */
  readonly port: number;
  readonly options: EngineOptions;
  /** Aborted when nobody wants the engine any more. */
  readonly signal: AbortSignal;
  /** Tells the users one line. */
  notice(line: string): void;
  /** Keeps the output of a program in the engine's log. */
  record(output: string | Buffer): void;
}

/** How to run the engine: one process, in the foreground. */
export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment; absent = that of the keeper, which is small (see `src/config/engine-environment.ts`). */
  readonly env?: Readonly<Record<string, string>>;
  /** The account to run as, when the keeper is root. */
  readonly account?: Account | undefined;
  /** Where users find the engine, as a URL; it may carry a password. */
  readonly address: string;
  /** Whether the engine of this pid takes requests. It may reject: that counts as no. */
  isReady(pid: number): Promise<boolean>;
}

/** A user of the operating system. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** One kind of engine. A module exports it under the name `engine`, and the keeper loads that module. */
export interface EngineSpec {
  /** For people, such as `PostgreSQL`. */
  readonly title: string;
  /** File names of the programs it runs: with the marker, they tell a left-over engine from other processes. */
  readonly executables: readonly string[];
  /** Asks the engine to end without waiting for its clients. */
  readonly stopSignal: NodeJS.Signals;
  /** Output of a start that failed for a passing reason, so that another try is worth while. */
  readonly passingFault: RegExp;
  /**
   * Makes or checks the data and says how to run the engine. It runs before every start, and must work after a kill at
   * any point of an earlier run.
   * @throws {EngineError} when the engine cannot run here
   */
  prepare(place: EnginePlace): Promise<Launch>;
}
