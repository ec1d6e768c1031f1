import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import { SignJWT, generateKeyPair } from 'jose';
import { sendRaw, statusOf } from '../support/raw-http.js';
import { RawClient } from './support/http.js';
import { Scene } from './support/scene.js';

// https://owasp.org/API-Security/editions/2023/en/0xa7-server-side-request-forgery/
describe('API7: server-side request forgery', () => {
  let scene: Scene;
  let server: Server;
  let bait: string;
  let visits: number;
  beforeAll(async () => {
    scene = await Scene.open();
    server = createServer((socket) => {
      visits++;
      socket.destroy();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    bait = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    visits = 0;
  });
  afterEach(() => {
    // Whatever is fetched is fetched while the request is answered: nothing here works in the background.
    expect(visits).toBe(0);
  });
  afterAll(async () => {
    await new Promise((resolve) => server.close(resolve));
    await scene.close();
  });

  it('the bait works', async () => {
    await fetch(bait).catch(() => undefined);
    expect(visits).toBe(1);
    visits = 0;
  });

  it('keys that a token names are not fetched', async () => {
    const { privateKey } = await generateKeyPair('RS256');
    for (const name of ['jku', 'x5u']) {
      const token = await new SignJWT({ iss: bait, sub: scene.ownId, exp: 4_000_000_000 })
        .setProtectedHeader({ alg: 'RS256', kid: `${bait}/key`, [name]: `${bait}/keys.json` })
        .sign(privateKey);
      const client = new RawClient(scene.url, token);
      expect((await client.get('/api/users/me')).status).toBe(401);
      client.close();
    }
  });

  it('addresses in header fields are not fetched, and are not where the answer points', async () => {
    const host = new URL(bait).host;
    const headers = {
      host,
      'x-forwarded-host': host,
      'x-forwarded-proto': 'http',
      forwarded: `host=${host}`,
      referer: bait,
      origin: bait,
      'x-original-url': bait,
      'x-wap-profile': bait,
      destination: bait,
    };
    const body = JSON.stringify({
      givenName: bait,
      familyName: 'x',
      birthDate: '2000-01-01',
      gender: 'other',
      address: `${bait}/\nhttp://169.254.169.254/latest/meta-data`,
    });
    const created = await scene.clinician.send({
      method: 'POST',
      path: '/api/patients',
      headers: { ...headers, 'content-type': 'application/json' },
      body,
    });

    expect(created.status).toBe(201);
    expect(created.headers.location).toMatch(/^\/api\/patients\//);
  });

  it.each([
    '{bait}/api/patients',
    '//{host}/api/patients',
    '/{bait}',
    '/api/patients?x={bait}',
    'file:///etc/passwd',
  ])('explaining %s asks nobody', async (template) => {
    const route = template.replace('{bait}', bait).replace('{host}', new URL(bait).host);
    const { status } = await scene.admin.get(`/api/cache/entries?route=${encodeURIComponent(route)}`);

    expect([200, 400]).toContain(status);
  });

  it('the service is no proxy: an address of elsewhere in the request line is not asked', async () => {
    const host = new URL(bait).host;
    const lines = [`GET ${bait}/ HTTP/1.1`, `CONNECT ${host} HTTP/1.1`, `GET //${host}/ HTTP/1.1`];
    for (const line of lines) {
      const answer = await sendRaw(scene.url, `${line}\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
      // CONNECT is not answered at all: the connection ends.
      if (answer !== '') expect(statusOf(answer)).toBeGreaterThanOrEqual(400);
    }
  });
});
