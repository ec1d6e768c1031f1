import { Agent, request, type IncomingHttpHeaders } from 'node:http';

/** A list of values makes several lines. */
export type RawHeaders = Readonly<Record<string, string | string[]>>;

export interface RawRequest {
  readonly method?: string;
  /** Sent as it is: no client makes it canonical. */
  readonly path: string;
  readonly headers?: RawHeaders;
  readonly body?: string | Buffer;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const TIMEOUT_MS = 20_000;

/** A client that sends what it is told, over a few connections. */
export class RawClient {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 16 });

  constructor(
    private readonly url: string,
    private readonly token?: string,
  ) {}

  send({ method = 'GET', path, headers = {}, body }: RawRequest): Promise<RawAnswer> {
    const { hostname, port } = new URL(this.url);
    const authorization: RawHeaders =
      this.token === undefined ? {} : { authorization: `Bearer ${this.token}` };
    return new Promise((resolve, reject) => {
      const sent = request(
        { hostname, port, method, path, agent: this.agent, headers: { ...authorization, ...headers } },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () =>
            resolve({
              status: response.statusCode ?? 0,
              headers: response.headers,
              body: Buffer.concat(chunks).toString(),
            }),
          );
        },
      );
      sent.setTimeout(TIMEOUT_MS, () =>
        sent.destroy(new Error(`no answer to ${method} ${path.slice(0, 200)}`)),
      );
      sent.on('error', reject);
      sent.end(body);
    });
  }

  get(path: string, headers: RawHeaders = {}): Promise<RawAnswer> {
    return this.send({ path, headers });
  }

  close(): void {
    this.agent.destroy();
  }
}
