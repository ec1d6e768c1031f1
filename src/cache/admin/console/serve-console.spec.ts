import fastify, { type FastifyInstance } from 'fastify';
import { serveConsole } from './serve-console.js';

describe('serveConsole', () => {
  let server: FastifyInstance;
  beforeEach(() => {
    server = fastify();
    serveConsole(server, { developmentTokens: false });
  });
  afterEach(() => server.close());

  const get = (url: string, headers: Record<string, string> = {}) => server.inject({ url, headers });

  it('the page and all that it asks for are there, under a policy without inline code', async () => {
    const page = await get('/cache');
    const parts = [...page.body.matchAll(/(?:href|src)="(\/[^"]+)"/g)].map(([, path]) => path ?? '');
    const answers = await Promise.all(parts.map((path) => get(path)));

    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(parts.length).toBeGreaterThan(6);
    for (const answer of [page, ...answers]) {
      const policy = String(answer.headers['content-security-policy']);
      expect(answer.statusCode).toBe(200);
      expect(policy).toContain("default-src 'none'");
      expect(policy).not.toMatch(/unsafe|https?:|\*|data:/);
    }
    expect(page.body).not.toMatch(/<style|<script>|style=|\son\w+=/);
  });

  it('a browser that has a part is told so', async () => {
    const { headers } = await get('/cache/assets/main.js');
    const again = await get('/cache/assets/main.js', { 'if-none-match': String(headers.etag) });

    expect(headers['cache-control']).toBe('no-cache');
    expect(again.statusCode).toBe(304);
    expect(again.body).toBe('');
  });

  it('serves nothing beside its own files', async () => {
    const outside = [
      '/cache/assets/',
      '/cache/assets/../serve-console.ts',
      '/cache/assets/%2e%2e%2fprices.ts',
    ];

    for (const path of outside) expect((await get(path)).statusCode).toBe(404);
  });

  it('offers development tokens only where there are any', async () => {
    const development = fastify();
    serveConsole(development, { developmentTokens: true });
    const [off, on] = [await get('/cache'), await development.inject('/cache')];
    await development.close();

    expect(off.body).toContain('data-development-tokens="false"');
    expect(on.body).toContain('data-development-tokens="true"');
    expect(on.headers.etag).not.toBe(off.headers.etag);
  });
});
