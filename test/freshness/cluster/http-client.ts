import { Pool } from 'undici';

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

export interface HttpCall {
  readonly method?: 'GET' | 'PATCH' | 'POST';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object;
}

const CONNECTIONS = 24;
/** Longer than an instance is ever stopped. */
const ANSWER_TIMEOUT_MS = 8_000;

/** Kept connections to one instance, as long as it lives. */
export class HttpClient {
  private readonly pool: Pool;

  constructor(
    url: string,
    private readonly token: () => string,
  ) {
    this.pool = new Pool(url, {
      connections: CONNECTIONS,
      headersTimeout: ANSWER_TIMEOUT_MS,
      bodyTimeout: ANSWER_TIMEOUT_MS,
    });
  }

  /** Rejects when no answer comes; nothing is ever sent twice. */
  async send({ method = 'GET', path, headers = {}, body }: HttpCall): Promise<HttpAnswer> {
    const answer = await this.pool.request({
      method,
      path,
      headers: {
        authorization: `Bearer ${this.token()}`,
        ...headers,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: body === undefined ? null : JSON.stringify(body),
      idempotent: false,
    });
    return { status: answer.statusCode, headers: answer.headers, text: await answer.body.text() };
  }

  /** Ends what is under way, too. */
  async close(): Promise<void> {
    await this.pool.destroy();
  }
}
