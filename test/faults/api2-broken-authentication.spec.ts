import { createHmac, generateKeyPairSync, randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { ClinicalRows } from '../support/clinical-rows.js';
import { AUDIENCE, IdentityProvider, ISSUER } from '../support/identity-provider.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { RawClient } from './support/http.js';

const MARKER = `Zq${randomUUID()}`;
const HOUR_SECONDS = 3_600;

// https://owasp.org/API-Security/editions/2023/en/0xa2-broken-authentication/
describe('API2: broken authentication, with the answer in the cache', () => {
  let provider: IdentityProvider;
  let app: TestApp;
  let client: RawClient;
  let path: string;
  let good: string;
  const subject = randomUUID();
  const now = () => Math.floor(Date.now() / 1_000);

  beforeAll(async () => {
    provider = await IdentityProvider.start();
    app = await startTestApp({
      AUTH_ISSUER: ISSUER,
      AUTH_AUDIENCE: AUDIENCE,
      AUTH_JWKS_URI: provider.jwksUri,
    });
    const rows = await ClinicalRows.connect(app.databaseUrl);
    path = `/api/patients/${await rows.patient(MARKER)}`;
    await rows.close();
    client = new RawClient(app.url);
    good = await provider.token(subject, ['clinician']);
  });
  beforeEach(async () => {
    await read(`Bearer ${good}`);
    expect((await read(`Bearer ${good}`)).headers['cache-status']).toContain('hit');
  });
  afterAll(async () => {
    client.close();
    await app.close();
    await provider.stop();
  });

  const read = (authorization: string | string[]) => client.get(path, { authorization });
  const expectRefused = async (token: string) => {
    const answer = await read(`Bearer ${token}`);

    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toMatch(/^Bearer /);
    expect(`${JSON.stringify(answer.headers)}${answer.body}`).not.toContain(MARKER);
    expect(answer.headers).not.toHaveProperty('cache-status');
  };
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const parts = (token: string) => token.split('.') as [string, string, string];
  const claims = () => ({
    iss: ISSUER,
    aud: AUDIENCE,
    sub: subject,
    token_use: 'id',
    'cognito:groups': ['clinician'],
    exp: now() + HOUR_SECONDS,
  });

  it.each(['none', 'None', 'NONE', ''])('alg "%s", with and without a signature', async (alg) => {
    const [, payload, signature] = parts(good);
    for (const end of ['', signature]) await expectRefused(`${encode({ alg })}.${payload}.${end}`);
  });

  it.each(['HS256', 'HS384', 'HS512'])('%s with the public key as the secret', async (alg) => {
    const secrets = [
      JSON.stringify(provider.publicJwk),
      String(provider.publicJwk.n),
      Buffer.from(String(provider.publicJwk.n), 'base64url'),
    ];
    for (const secret of secrets) {
      const signed = `${encode({ alg, kid: 'key-1' })}.${encode(claims())}`;
      const mac = createHmac(`sha${alg.slice(2)}`, secret)
        .update(signed)
        .digest('base64url');
      await expectRefused(`${signed}.${mac}`);
    }
  });

  it.each([
    ['expired', { exp: Math.floor(Date.now() / 1_000) - 60 }],
    ['without expiry', { exp: undefined }],
    ['not valid yet', { nbf: Math.floor(Date.now() / 1_000) + HOUR_SECONDS }],
    ['for another audience', { aud: 'another-client' }],
    ['for a part of the audience', { aud: AUDIENCE.slice(0, -1) }],
    ['without audience', { aud: undefined }],
    ['from another issuer', { iss: `${ISSUER}/` }],
    ['from an issuer that begins like ours', { iss: `${ISSUER}.evil.example` }],
    ['whose subject is no uuid', { sub: 'admin' }],
    ['whose subject is a list', { sub: [subject] }],
  ])('a token %s', async (_, changed) => {
    await expectRefused(await provider.token(subject, ['clinician'], changed));
  });

  it.each(['key-1', 'key-2', undefined])(
    'another key under the kid %s, and in the token itself',
    async (kid) => {
      const { privateKey, publicKey } = await generateKeyPair('RS256');
      const jwk = await exportJWK(publicKey);
      const sign = (header: object) =>
        new SignJWT(claims()).setProtectedHeader({ alg: 'RS256', ...header }).sign(privateKey);
      const named = kid === undefined ? {} : { kid };

      await expectRefused(await sign(named));
      await expectRefused(await sign({ ...named, jwk }));
      await expectRefused(
        await sign({ ...named, jku: 'http://127.0.0.1:9/keys', x5u: 'http://127.0.0.1:9/x' }),
      );
    },
  );

  it('a key of another kind under our kid', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const token = await new SignJWT(claims())
      .setProtectedHeader({ alg: 'ES256', kid: 'key-1' })
      .sign(privateKey);

    await expectRefused(token);
  });

  it('parts of two good tokens', async () => {
    const other = await provider.token(randomUUID(), ['patient']);
    const [head, payload, signature] = parts(good);
    const [otherHead, otherPayload, otherSignature] = parts(other);

    await expectRefused(`${head}.${payload}.${otherSignature}`);
    await expectRefused(`${otherHead}.${otherPayload}.${signature}`);
    await expectRefused(`${head}.${encode({ ...claims(), 'cognito:groups': ['admin'] })}.${signature}`);
  });

  it('a signature that is cut, longer, or spelled otherwise, after the good token was believed', async () => {
    const [head, payload, signature] = parts(good);
    const spellings = [
      signature.slice(0, -4),
      `${signature}AAAA`,
      `${signature}=`,
      signature.replace(/-|_/g, '+'),
    ];
    for (const other of spellings.filter((it) => it !== signature)) {
      await expectRefused(`${head}.${payload}.${other}`);
    }
  });

  it('tokens in other places, in two places, and two at once', async () => {
    const anonymous = [
      await client.get(`${path}?access_token=${good}`),
      await client.get(path, { cookie: `access_token=${good}; authorization=Bearer ${good}` }),
      await client.get(path, {
        'x-authorization': `Bearer ${good}`,
        'proxy-authorization': `Bearer ${good}`,
      }),
      await read([`Bearer ${good}`, `Bearer ${good}`]),
      await read(`Basic ${Buffer.from(`x:${good}`).toString('base64')}`),
      await read(`Bearer ${good}, Bearer ${good}`),
    ];

    expect(anonymous.map(({ status }) => status)).toEqual(anonymous.map(() => 401));
    expect(anonymous.filter(({ body }) => body.includes(MARKER))).toEqual([]);
  });

  it('no claim and no token is in the log', () => {
    const log = app.logs.join('');

    for (const part of [...parts(good).slice(1), 'another-client']) expect(log).not.toContain(part);
  });
});
