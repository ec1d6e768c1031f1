import pg from 'pg';

/** What one change did to the versions, by tag. */
export interface Observed {
  /** How far each version went up; only tags that did. */
  readonly bumps: Readonly<Record<string, number>>;
  /** Payloads in the order of their arrival. */
  readonly notifications: readonly string[];
}

interface Row {
  readonly tag: string;
  readonly version: string;
  readonly nonce: string;
}

/** A second program: it listens, and reads the versions on another connection than the writer's. */
export class VersionWatch {
  private readonly payloads: string[] = [];
  private before = new Map<string, Row>();

  private constructor(private readonly client: pg.Client) {
    client.on('notification', ({ payload }) => this.payloads.push(payload ?? ''));
  }

  static async open(url: string): Promise<VersionWatch> {
    const client = await connect(url);
    const watch = new VersionWatch(client);
    await client.query('LISTEN cache_tag');
    await watch.look();
    return watch;
  }

  /**
   * What changed since the last look. PostgreSQL hands a listener all notifications of a commit before it answers a query
   * that the listener sent after that commit: no waiting is needed.
   */
  async look(): Promise<Observed> {
    const rows = await this.rows();
    const bumps: Record<string, number> = {};
    for (const [tag, { version }] of rows) {
      const risen = Number(version) - Number(this.before.get(tag)?.version ?? 0);
      if (risen !== 0) bumps[tag] = risen;
    }
    this.before = rows;
    return { bumps, notifications: this.payloads.splice(0) };
  }

  /** All rows of `cache_tag`, by tag. */
  async rows(): Promise<Map<string, Row>> {
    const { rows } = await this.client.query<Row>('SELECT tag, version, nonce FROM cache_tag');
    return new Map(rows.map((row) => [row.tag, row]));
  }

  /** The payload that announces the current version of `tag`. */
  async announcement(tag: string): Promise<string> {
    const row = (await this.rows()).get(tag);
    return `${row?.version}.${row?.nonce} ${tag}`;
  }

  /** Rows that transactions left behind. */
  async pending(): Promise<number> {
    return (await this.client.query('SELECT FROM cache_tag_pending')).rowCount ?? 0;
  }

  close(): Promise<void> {
    return this.client.end();
  }
}

/** A plain program of its own, such as psql. */
export async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client;
}
