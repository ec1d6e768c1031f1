import { DaxLocal } from '../../../tools/dax-local/src/index.js';

const NODES = 3;

/** The DAX in front of the shared DynamoDB: three nodes, started when somebody needs it. */
export class Dax {
  private cluster: Promise<DaxLocal> | undefined;

  constructor(private readonly dynamodbEndpoint: string) {}

  /** Of a process that uses it for its shared tier. */
  async environment(): Promise<Record<string, string>> {
    const { endpoint } = await this.started();
    return { CACHE_STORE: 'dax', DAX_ENDPOINT: endpoint };
  }

  /** How long what one node has written takes to the caches of the others, from now on. */
  async setLag(lagMs: number): Promise<void> {
    (await this.started()).setReplicationLag(lagMs);
  }

  async stop(): Promise<void> {
    await (await this.cluster)?.stop();
  }

  private started(): Promise<DaxLocal> {
    const { dynamodbEndpoint } = this;
    this.cluster ??= DaxLocal.start({ dynamodbEndpoint, nodes: NODES });
    return this.cluster;
  }
}
