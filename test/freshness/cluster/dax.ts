import { DaxLocal } from '../../../tools/dax-local/src/index.js';

const NODES = 3;

/** The DAX in front of the shared DynamoDB: three nodes, started when somebody needs it. */
export class Dax {
  private cluster: Promise<DaxLocal> | undefined;
  private readonly lags = new Set<{ readonly lagMs: number }>();

  constructor(private readonly dynamodbEndpoint: string) {}

  /** Of a process that uses it for its shared tier. */
  async environment(): Promise<Record<string, string>> {
    const { endpoint } = await this.started();
    return { CACHE_STORE: 'dax', DAX_ENDPOINT: endpoint };
  }

  /**
   * What one node has written takes so long to the caches of the others, from now on: of several such times the longest.
   * @returns what ends it
   */
  async lag(lagMs: number): Promise<() => void> {
    const cluster = await this.started();
    const lag = { lagMs };
    const apply = (): void =>
      cluster.setReplicationLag(Math.max(0, ...Array.from(this.lags, (one) => one.lagMs)));
    this.lags.add(lag);
    apply();
    return () => {
      this.lags.delete(lag);
      apply();
    };
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
