import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { startService, type ServiceProcess } from '../../support/service-process.js';
import { DynamoProxy } from '../network/dynamo-proxy.js';
import type { PostgresProxy } from '../network/postgres-proxy.js';
import type { Engines } from './engines.js';
import { HttpClient, type HttpAnswer, type HttpCall } from './http-client.js';

export type Consistency = 'strong' | 'bounded';

export interface InstanceOptions {
  readonly name: string;
  readonly consistency: Consistency;
  readonly engines: Engines;
  readonly postgres: PostgresProxy;
  readonly token: () => string;
  /** More of the environment of its process. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Modules that its process loads first, as paths from the root. */
  readonly preload?: readonly string[];
  /** A line that its process must have printed when it is ready. */
  readonly greeting?: string;
}

const CLOCK = 'test/freshness/preload/clock.mjs';
const STARTS = 8;

/** The table of the shared tier that all instances use. */
export const CACHE_TABLE = 'cache-freshness';

/** One instance of the service, a process that comes and goes, with its own way to DynamoDB and its own clock. */
export class Instance {
  private service: ServiceProcess | undefined;
  private client: HttpClient | undefined;
  private clockMs = 0;
  private readonly clockFile: string;

  private constructor(
    private readonly options: InstanceOptions,
    readonly dynamo: DynamoProxy,
  ) {
    this.clockFile = join(options.engines.dataDir, `clock-${options.name}`);
  }

  static async start(options: InstanceOptions): Promise<Instance> {
    const instance = new Instance(options, await DynamoProxy.start(options.engines.dynamodbEndpoint));
    try {
      await instance.run();
      return instance;
    } catch (error) {
      await instance.stop();
      throw error;
    }
  }

  get name(): string {
    return this.options.name;
  }

  get consistency(): Consistency {
    return this.options.consistency;
  }

  /** Undefined while it does not run. */
  get pid(): number | undefined {
    return this.service?.child.pid;
  }

  get url(): string {
    if (this.service === undefined) throw new Error(`${this.name} does not run`);
    return this.service.url;
  }

  send(call: HttpCall): Promise<HttpAnswer> {
    if (this.client === undefined) return Promise.reject(new Error(`${this.name} does not run`));
    return this.client.send(call);
  }

  /** kill -9, in the middle of whatever it does. */
  async kill(): Promise<void> {
    const { service, client } = this;
    this.service = undefined;
    this.client = undefined;
    service?.child.kill('SIGKILL');
    await service?.exited;
    await client?.close();
  }

  /** Starts a process; more than once where it cannot start because PostgreSQL is away just then. */
  async run(): Promise<void> {
    if (this.service !== undefined) return;
    writeFileSync(this.clockFile, String(this.clockMs));
    for (let start = 1; this.service === undefined; start++) {
      try {
        this.service = await startService(this.environment());
      } catch (error) {
        if (start === STARTS) throw error;
      }
    }
    const { greeting } = this.options;
    if (greeting !== undefined && !this.service.output().split('\n').includes(greeting))
      throw new Error(`${this.name} did not say ${greeting}`);
    this.client = new HttpClient(this.service.url, this.options.token);
  }

  /** SIGSTOP: it does nothing any more, and does not know. @returns what lets it go on */
  freeze(): () => void {
    const child = this.service?.child;
    child?.kill('SIGSTOP');
    return () => void child?.kill('SIGCONT');
  }

  /** Sets its wall clock to `shiftMs` off, at once. */
  setClock(shiftMs: number): void {
    this.clockMs = shiftMs;
    writeFileSync(this.clockFile, String(shiftMs));
    this.service?.child.kill('SIGUSR2');
  }

  async stop(): Promise<void> {
    await this.kill();
    await this.dynamo.stop();
  }

  private environment(): Record<string, string> {
    const { engines, postgres, consistency, environment = {}, preload = [] } = this.options;
    const imports = [CLOCK, ...preload].map((path) => `--import ${pathToFileURL(resolve(path)).href}`);
    return {
      NODE_OPTIONS: imports.join(' '),
      DATABASE_URL: postgres.urlFor(this.name),
      DYNAMODB_ENDPOINT: this.dynamo.endpoint,
      DATA_DIR: engines.dataDir,
      CACHE_STORE: 'dynamo',
      CACHE_TABLE,
      CACHE_CONSISTENCY: consistency,
      RATE_LIMIT_PER_MINUTE: '0',
      LOG_LEVEL: 'fatal',
      CACHE_L2_TIMEOUT_MS: '500',
      FRESHNESS_CLOCK: this.clockFile,
      ...environment,
    };
  }
}
