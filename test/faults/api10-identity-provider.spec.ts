import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Controller, Get } from '@nestjs/common';
import { generateKeyPair, SignJWT } from 'jose';
import { startGuardedApp } from '../support/guarded-app.js';
import { AUDIENCE, ISSUER } from '../support/identity-provider.js';
import { RawClient } from './support/http.js';

const SECRET = Buffer.from('a shared secret of more than thirty-two bytes');

@Controller()
class SecretController {
  @Get('secret')
  secret(): string {
    return 'the secret';
  }
}

// https://owasp.org/API-Security/editions/2023/en/0xaa-unsafe-consumption-of-apis/
describe('API10: unsafe consumption of the identity provider', () => {
  let server: Server;
  let answer: (response: ServerResponse) => void;
  let asked: string[];
  beforeAll(async () => {
    server = createServer((request, response) => {
      asked.push(request.url ?? '');
      answer(response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  beforeEach(() => {
    asked = [];
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const json = (body: unknown) => (response: ServerResponse) =>
    void response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
  const symmetric = { kty: 'oct', k: SECRET.toString('base64url'), kid: 'key-1', use: 'sig' };
  const claims = () =>
    new SignJWT({ 'cognito:groups': ['admin'] })
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setSubject('7b1d4a52-8f0e-4c3b-9a57-2f8e6c1d0b34')
      .setExpirationTime('1h');

  it.each<[name: string, answer: (response: ServerResponse) => void, status: number]>([
    ['a page of HTML', (response) => void response.end('<html>signed in</html>'), 503],
    ['no key', json({ keys: [] }), 401],
    ['no list', json({ keys: 'key' }), 503],
    ['null', json(null), 503],
    [
      'a shared secret, with which everybody could sign',
      json({ keys: [{ ...symmetric, alg: 'HS256' }] }),
      401,
    ],
    ['a shared secret as a key for RS256', json({ keys: [{ ...symmetric, alg: 'RS256' }] }), 401],
    ['a key that is none', json({ keys: [{ kty: 'RSA', kid: 'key-1', n: 'AQAB', e: '' }] }), 401],
    [
      'an answer that breaks off',
      (response) => void response.writeHead(200, { 'content-length': 99 }).destroy(),
      503,
    ],
    ['an error', (response) => void response.writeHead(500).end('{"keys":[]}'), 503],
    [
      'the way to elsewhere',
      (response) => void response.writeHead(302, { location: '/elsewhere' }).end(),
      503,
    ],
  ])('it sends %s: nobody is let in, nothing fails on our side', async (_, given, status) => {
    answer = given;
    const { port } = server.address() as AddressInfo;
    const app = await startGuardedApp([SecretController], `http://127.0.0.1:${port}/keys`);
    const { privateKey } = await generateKeyPair('RS256');
    const tokens = [
      await claims().setProtectedHeader({ alg: 'RS256', kid: 'key-1' }).sign(privateKey),
      await claims().setProtectedHeader({ alg: 'HS256', kid: 'key-1' }).sign(SECRET),
    ];
    const answers = [];
    for (const token of tokens) {
      const client = new RawClient(app.url, token);
      answers.push(await client.get('/secret'));
      client.close();
    }
    await app.close();

    expect(answers.map((it) => it.status)).toEqual([status, 401]);
    expect(answers.filter(({ body }) => body.includes('the secret'))).toEqual([]);
    expect(asked).toEqual(['/keys']);
  });
});
