import type { ProblemBody } from '../../src/common/errors/problem-response.js';
import { tokenFor } from './tokens.js';

/** What the service answered; `body` is undefined where there is none. */
export interface Answer<Body> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

/** A client of a service, signed in as one user. The caller says what body it expects; by default a problem. */
export class Api {
  constructor(
    private readonly url: string,
    readonly token?: string,
  ) {}

  /** A client with a token of the local issuer. */
  static async signedIn(url: string, handle: string): Promise<Api> {
    return new Api(url, await tokenFor({ url }, handle));
  }

  get<Body = ProblemBody>(path: string): Promise<Answer<Body>> {
    return this.send('GET', path);
  }

  post<Body = ProblemBody>(
    path: string,
    body: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer<Body>> {
    return this.send('POST', path, JSON.stringify(body), headers);
  }

  patch<Body = ProblemBody>(path: string, body: unknown): Promise<Answer<Body>> {
    return this.send('PATCH', path, JSON.stringify(body));
  }

  delete<Body = ProblemBody>(path: string): Promise<Answer<Body>> {
    return this.send('DELETE', path);
  }

  /** Sends `json` as it is, so that it may be text that no serialiser writes. */
  async send<Body = ProblemBody>(
    method: string,
    path: string,
    json?: string,
    headers: Record<string, string> = {},
  ): Promise<Answer<Body>> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        ...(this.token === undefined ? {} : { authorization: `Bearer ${this.token}` }),
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(json === undefined ? {} : { body: json }),
    });
    const text = await response.text();
    const body = (text === '' ? undefined : JSON.parse(text)) as Body;
    return { status: response.status, headers: response.headers, body };
  }

  /** All items of a list, and how many pages they came in. `between` runs after every page but the last. */
  async pages<Item>(path: string, between?: () => Promise<void>): Promise<{ items: Item[]; pages: number }> {
    const items: Item[] = [];
    const separator = path.includes('?') ? '&' : '?';
    for (let pages = 1, cursor = ''; ; pages += 1) {
      const answer = await this.get<{ items: Item[]; nextCursor: string | null }>(`${path}${cursor}`);
      if (answer.status !== 200) throw new Error(`page ${pages} of a list: ${answer.status}`);
      items.push(...answer.body.items);
      if (answer.body.nextCursor === null) return { items, pages };
      cursor = `${separator}cursor=${answer.body.nextCursor}`;
      await between?.();
    }
  }
}
