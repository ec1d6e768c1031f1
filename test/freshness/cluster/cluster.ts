import { createDynamoClient } from '../../../src/dynamo/dynamo-client.js';
import { createCacheTable, dropCacheTable } from '../../../src/cache/stores/dynamo/cache-table.js';
import { tokenFor } from '../../support/tokens.js';
import { PostgresProxy } from '../network/postgres-proxy.js';
import { Sql } from '../run/sql.js';
import { Dax } from './dax.js';
import { startEngines, type Engines } from './engines.js';
import { CACHE_TABLE, Instance, type Consistency, type InstanceOptions } from './instance.js';

const TOKEN_LIFE_MS = 20 * 60_000;
/** Of the seed; may read and write every record. */
const CLINICIAN = 'ana';

/** Shared engines, the networks in front of them, and the instances that use them. */
export class Cluster {
  readonly instances: Instance[] = [];
  readonly dax: Dax;
  private token = '';
  private renewal: NodeJS.Timeout | undefined;

  private constructor(
    readonly engines: Engines,
    readonly postgres: PostgresProxy,
    readonly sql: Sql,
  ) {
    this.dax = new Dax(engines.dynamodbEndpoint);
  }

  static async start(): Promise<Cluster> {
    const engines = await startEngines();
    try {
      const postgres = await PostgresProxy.start(engines.databaseUrl);
      return new Cluster(engines, postgres, new Sql(engines.databaseUrl));
    } catch (error) {
      await engines.stop();
      throw error;
    }
  }

  get running(): Instance[] {
    return this.instances.filter(({ pid }) => pid !== undefined);
  }

  /** One more instance; it is stopped with the cluster. */
  async add(
    name: string,
    consistency: Consistency,
    more: Pick<InstanceOptions, 'environment' | 'preload' | 'greeting'> = {},
  ): Promise<Instance> {
    const { engines, postgres } = this;
    const instance = await Instance.start({
      ...{ name, consistency, engines, postgres, ...more },
      token: () => this.token,
    });
    this.instances.push(instance);
    if (this.token === '') await this.signIn();
    return instance;
  }

  /** Stops one instance before the others. */
  async remove(instance: Instance): Promise<void> {
    this.instances.splice(this.instances.indexOf(instance), 1);
    await instance.stop();
  }

  async createTable(): Promise<void> {
    await this.withDynamo((client) => createCacheTable(client, CACHE_TABLE));
  }

  async dropTable(): Promise<void> {
    await this.withDynamo((client) => dropCacheTable(client, CACHE_TABLE));
  }

  async stop(): Promise<void> {
    clearInterval(this.renewal);
    await Promise.all(this.instances.map((instance) => instance.stop()));
    await this.dax.stop();
    await this.sql.close();
    await this.postgres.stop();
    await this.engines.stop();
  }

  private async signIn(): Promise<void> {
    const renew = async (): Promise<void> => {
      const running = this.running[0];
      if (running !== undefined) this.token = await tokenFor(running, CLINICIAN);
    };
    await renew();
    this.renewal = setInterval(() => void renew().catch(() => undefined), TOKEN_LIFE_MS).unref();
  }

  private async withDynamo(
    work: (client: ReturnType<typeof createDynamoClient>) => Promise<unknown>,
  ): Promise<void> {
    const { dynamodbEndpoint: endpoint } = this.engines;
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
    const client = createDynamoClient({ region: 'eu-central-1', endpoint, credentials });
    try {
      await work(client);
    } finally {
      client.destroy();
    }
  }
}
