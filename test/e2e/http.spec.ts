import { sendRaw, statusOf } from '../support/raw-http.js';
import { openClinic, type Clinic } from '../support/clinic.js';
import type { TestApp } from '../support/test-app.js';

describe('HTTP', () => {
  let clinic: Clinic;
  let app: TestApp;
  let token: string;

  beforeAll(async () => {
    clinic = await openClinic();
    app = clinic.app;
    token = clinic.clinician.token ?? '';
  });
  afterAll(() => clinic.close());

  const post = (body: string | Buffer, headers: Record<string, string> = {}) =>
    fetch(`${app.url}/api/patients`, {
      method: 'POST',
      body: body as string,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
    });

  it.each([
    ['no JSON', '{"givenName":', 400],
    ['an empty body', '', 400],
    ['a JSON text that is no object', '"x"', 400],
    ['null', 'null', 400],
    ['an array', '[]', 400],
    ['a prototype in the body', '{"__proto__":{"admin":true}}', 400],
    ['a constructor in the body', '{"constructor":{"prototype":{"a":1}}}', 400],
    ['nesting of 8,000 arrays', '['.repeat(8_000) + ']'.repeat(8_000), 400],
    ['a number out of range', '{"givenName":1e999}', 400],
    ['an unknown field', '{"isAdmin":true}', 400],
    ['invalid UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]), 400],
  ])('a body with %s is refused', async (_, body, status) => {
    const response = await post(body);

    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    expect(await response.json()).toMatchObject({
      status,
      code: 'REQUEST_INVALID',
    });
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/xml',
    'multipart/form-data',
    'nonsense',
  ])('a body of type %s is refused with 415', async (type) => {
    const response = await post('{}', { 'content-type': type });

    expect(response.status).toBe(415);
    expect(await response.json()).toMatchObject({ code: 'MEDIA_TYPE_UNSUPPORTED' });
  });

  it('a body over 16 KiB, which is what a patient needs, is refused with 413', async () => {
    const response = await post(JSON.stringify({ givenName: 'x'.repeat(16_384) }));

    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({ code: 'BODY_TOO_LARGE' });
  });

  it('an address that nothing answers to is a 404 problem', async () => {
    const response = await fetch(`${app.url}/api/nothing`, { headers: { authorization: `Bearer ${token}` } });

    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({
      code: 'ROUTE_NOT_FOUND',
      type: 'urn:careline:problem:ROUTE_NOT_FOUND',
    });
  });

  it.each([
    '/api/patients/%zz',
    '/api/patients/%00',
    '/api/patients/%ff',
    `/api/patients/${'a'.repeat(5_000)}`,
  ])('the address %s is a 4xx problem', async (path) => {
    const response = await fetch(`${app.url}${path}`, { headers: { authorization: `Bearer ${token}` } });

    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(response.status).toBeLessThan(500);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
  });

  it.each([
    ['no HTTP at all', '\u0016\u0003\u0001\r\n\r\n'],
    ['a header line without a colon', 'GET /health/live HTTP/1.1\r\nHost x\r\n\r\n'],
    [
      'two lengths',
      'POST /api/patients HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}',
    ],
    [
      'length and chunks',
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['headers of 17 KiB', `GET /health/live HTTP/1.1\r\nHost: x\r\nX-A: ${'a'.repeat(17_000)}\r\n\r\n`],
  ])('a request with %s gets a 4xx and a closed connection', async (_, bytes) => {
    const status = statusOf(await sendRaw(app.url, bytes));

    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
  });

  it('a harmless request id of the client is kept, a harmful one is replaced', async () => {
    const kept = await fetch(`${app.url}/health/live`, { headers: { 'x-request-id': 'trace-0123456789' } });
    const replaced = await fetch(`${app.url}/health/live`, {
      headers: { 'x-request-id': '"}{"level":"fatal' },
    });

    expect(kept.headers.get('x-request-id')).toBe('trace-0123456789');
    expect(replaced.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('other origins are not allowed, and the security headers are there', async () => {
    const response = await fetch(`${app.url}/health/live`, {
      headers: { origin: 'https://elsewhere.example' },
    });

    expect(response.headers.get('access-control-allow-origin')).toBeNull();
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('content-security-policy')).toContain("default-src 'self'");
  });
});
