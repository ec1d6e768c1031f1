import { request, type IncomingHttpHeaders } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Every field as it came, lower-case names, one entry a line. */
  readonly lines: readonly string[];
  readonly body: Buffer;
  readonly text: string;
}

export interface Sent {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string;
  readonly signal?: AbortSignal;
}

/** Sends a request as it is written: nothing is normalised, and no header field is added but those of HTTP/1.1. */
export function send(url: string, path: string, { method = 'GET', headers = {}, body, signal }: Sent = {}) {
  return new Promise<Answer>((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const fields = { connection: 'close', ...headers } as Record<string, string | string[]>;
    const sent = request({ hostname, port, path, method, headers: fields, signal, agent: false });
    sent.on('error', reject);
    sent.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('error', reject);
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const bytes = Buffer.concat(chunks);
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          lines: linesOf(response.rawHeaders),
          body: bytes,
          text: bytes.toString('utf8'),
        });
      });
    });
    sent.end(body);
  });
}

/** What must be the same whoever is asked: everything but what tells one answer from the next. */
export function sameOf({ status, lines, body }: Answer) {
  const own = /^(date|age|cache-status|connection|keep-alive|x-request-id):/;
  return { status, lines: lines.filter((line) => !own.test(line)).sort(), body: body.toString('latin1') };
}

function linesOf(raw: readonly string[]): string[] {
  const lines: string[] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) lines.push(`${raw[i]?.toLowerCase()}: ${raw[i + 1]}`);
  return lines;
}
