import { createHmac, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { inspect } from 'node:util';
import { Logger } from '@nestjs/common';
import { createLocalJWKSet, type JWK, type JWTPayload } from 'jose';
import { JwtTokenVerifier } from './jwt-token-verifier.js';

const SUB = '7b1d4a52-8f0e-4c3b-9a57-2f8e6c1d0b34';
const now = () => Math.floor(Date.now() / 1_000);
const encode = (part: unknown) => Buffer.from(JSON.stringify(part)).toString('base64url');

const ec = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve });
const rsa = () => generateKeyPairSync('rsa', { modulusLength: 2048 });
const pairs = {
  es256: ec('P-256'),
  other: ec('P-256'),
  es384: ec('P-384'),
  rsa: rsa(),
  ed25519: generateKeyPairSync('ed25519'),
  stranger: ec('P-256'),
};
const publicJwk = (kid: keyof typeof pairs): JWK => ({
  ...(pairs[kid].publicKey.export({ format: 'jwk' }) as JWK),
  kid,
});
const keySet = { keys: (['es256', 'other', 'es384', 'rsa', 'ed25519'] as const).map(publicJwk) };
const verifier = new JwtTokenVerifier(createLocalJWKSet(keySet), {
  issuer: 'urn:issuer',
  audience: 'careline',
});

const goodClaims = (): JWTPayload => ({
  iss: 'urn:issuer',
  aud: 'careline',
  sub: SUB,
  roles: ['clinician'],
  exp: now() + 60,
});

type Sign = (input: Buffer) => Buffer;
const withEc =
  (key: KeyObject, digest = 'sha256'): Sign =>
  (input) =>
    sign(digest, input, { key, dsaEncoding: 'ieee-p1363' });
const withGoodKey = withEc(pairs.es256.privateKey);

interface Recipe {
  readonly header?: Record<string, unknown>;
  readonly claims?: Record<string, unknown>;
  readonly signature?: Sign;
}

/** A token that differs from a good one only in what `recipe` says. */
function forge({ header, claims, signature = withGoodKey }: Recipe = {}): string {
  const input = `${encode({ alg: 'ES256', kid: 'es256', ...header })}.${encode({ ...goodClaims(), ...claims })}`;
  return `${input}.${signature(Buffer.from(input)).toString('base64url')}`;
}

const invalid = (detail: string) => ({ code: 'AUTH_TOKEN_INVALID', message: detail });
const UNVERIFIED = 'The token could not be verified.';

describe('JwtTokenVerifier', () => {
  beforeAll(() => void Logger.overrideLogger(false));

  it('believes a good token, and tells who and until when', async () => {
    const exp = now() + 60;

    expect(await verifier.verify(forge({ claims: { exp } }))).toEqual({
      principal: { subject: SUB, roles: ['clinician'] },
      expiresAtMs: exp * 1_000,
    });
  });

  it.each<[string, Recipe]>([
    [
      'ES384',
      { header: { alg: 'ES384', kid: 'es384' }, signature: withEc(pairs.es384.privateKey, 'sha384') },
    ],
    [
      'RS256',
      {
        header: { alg: 'RS256', kid: 'rsa' },
        signature: (input) => sign('sha256', input, pairs.rsa.privateKey),
      },
    ],
    [
      'EdDSA',
      {
        header: { alg: 'EdDSA', kid: 'ed25519' },
        signature: (input) => sign(null, input, pairs.ed25519.privateKey),
      },
    ],
  ])('believes a good token signed with %s', async (_, recipe) => {
    expect((await verifier.verify(forge(recipe))).principal.subject).toBe(SUB);
  });

  it.each([
    ['expired within the tolerance', { exp: -20 }],
    ['valid in a moment', { nbf: 20 }],
  ])('believes a token that is %s', async (_, offsets) => {
    const claims = Object.fromEntries(
      Object.entries(offsets).map(([name, offset]) => [name, now() + offset]),
    );

    expect((await verifier.verify(forge({ claims }))).principal.subject).toBe(SUB);
  });

  it('believes an access token of Cognito, which has no aud', async () => {
    const claims = {
      aud: undefined,
      roles: undefined,
      token_use: 'access',
      client_id: 'careline',
      'cognito:groups': ['admin'],
    };

    expect((await verifier.verify(forge({ claims }))).principal.roles).toEqual(['admin']);
  });

  const hmacWithPublicKey: Sign = (input) =>
    createHmac('sha256', pairs.rsa.publicKey.export({ format: 'pem', type: 'spki' }))
      .update(input)
      .digest();
  const strangerJwk = pairs.stranger.publicKey.export({ format: 'jwk' });
  const withStranger = withEc(pairs.stranger.privateKey);

  it.each<[string, Recipe]>([
    ['alg none and a signature', { header: { alg: 'none' } }],
    ['alg NONE', { header: { alg: 'NONE' } }],
    ['no alg', { header: { alg: undefined } }],
    ['alg of another type', { header: { alg: ['ES256'] } }],
    [
      'HS256 and the public key as secret',
      { header: { alg: 'HS256', kid: 'rsa' }, signature: hmacWithPublicKey },
    ],
    ['HS256 and no kid', { header: { alg: 'HS256', kid: undefined }, signature: hmacWithPublicKey }],
    ['the kid of another key', { header: { kid: 'other' } }],
    ['the kid of a key of another type', { header: { kid: 'rsa' } }],
    ['an unknown kid', { header: { kid: 'stranger' }, signature: withStranger }],
    ['no kid where several keys could be meant', { header: { kid: undefined } }],
    ['a kid of another type', { header: { kid: ['es256'] } }],
    ['a signature of a stranger', { signature: withStranger }],
    ['a signature in DER form', { signature: (input) => sign('sha256', input, pairs.es256.privateKey) }],
    ['a signature of zeros', { signature: () => Buffer.alloc(64) }],
    ['a signature over another token', { signature: () => withGoodKey(Buffer.from('x.y')) }],
    ['its own key in jwk', { header: { jwk: strangerJwk, kid: undefined }, signature: withStranger }],
    ['its own key in jwk, and a known kid', { header: { jwk: strangerJwk }, signature: withStranger }],
    [
      'its own key set in jku',
      { header: { jku: 'http://127.0.0.1:1/keys', kid: 'stranger' }, signature: withStranger },
    ],
    [
      'its own certificate in x5u',
      { header: { x5u: 'http://127.0.0.1:1/cert', kid: 'stranger' }, signature: withStranger },
    ],
    ['a critical extension', { header: { crit: ['x'], x: 1 } }],
    ['a critical extension that jose knows', { header: { crit: ['b64'], b64: true } }],
    ['an unencoded payload', { header: { crit: ['b64'], b64: false } }],
    ['an empty crit', { header: { crit: [] } }],
    ['a JWE header', { header: { enc: 'A256GCM', alg: 'RSA-OAEP' } }],
  ])('refuses a token with %s', async (_, recipe) => {
    await expect(verifier.verify(forge(recipe))).rejects.toMatchObject(invalid(UNVERIFIED));
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['that expired 31 s ago', { exp: now() - 31 }, 'The token has expired.'],
    ['without expiry', { exp: undefined }, 'The token carries no valid expiry.'],
    ['with an expiry of null', { exp: null }, 'The token carries no valid expiry.'],
    ['with an expiry in a string', { exp: '99999999999' }, 'The token carries no valid expiry.'],
    ['that is not valid yet', { nbf: now() + 120 }, 'The token is not valid yet.'],
    ['of another issuer', { iss: 'urn:issuer/' }, 'The token is from another issuer.'],
    ['of several issuers', { iss: ['urn:issuer'] }, 'The token is from another issuer.'],
    ['without issuer', { iss: undefined }, 'The token is from another issuer.'],
    ['for another audience', { aud: 'other' }, 'The token is for another audience.'],
    ['without audience', { aud: undefined }, 'The token is for another audience.'],
    ['without subject', { sub: undefined }, 'The subject of the token is not a uuid.'],
    ['whose subject is no uuid', { sub: 'ana' }, 'The subject of the token is not a uuid.'],
  ])('refuses a token %s, and says so', async (_, claims, detail) => {
    await expect(verifier.verify(forge({ claims }))).rejects.toMatchObject(invalid(detail));
  });

  it.each([
    '',
    '..',
    'a.b.c',
    'a',
    `${forge()}.${forge()}`,
    forge().slice(0, -8),
    forge().slice(1),
    '\u0000',
    '💥.💥.💥',
  ])('refuses what is no token: "%s"', async (token) => {
    await expect(verifier.verify(token)).rejects.toMatchObject(invalid(UNVERIFIED));
  });

  it('refuses claims that were changed after signing', async () => {
    const [header, , signature] = forge().split('.');
    const changed = encode({ ...goodClaims(), roles: ['admin'] });

    await expect(verifier.verify(`${header}.${changed}.${signature}`)).rejects.toMatchObject(
      invalid(UNVERIFIED),
    );
  });

  it('refuses claims that are no object', async () => {
    const input = `${encode({ alg: 'ES256', kid: 'es256' })}.${encode(['x'])}`;
    const token = `${input}.${withGoodKey(Buffer.from(input)).toString('base64url')}`;

    await expect(verifier.verify(token)).rejects.toMatchObject(invalid(UNVERIFIED));
  });

  it('refuses a shared secret even where it is the key that was found', async () => {
    const secret = Buffer.alloc(64, 1);
    const token = forge({
      header: { alg: 'HS256' },
      signature: (input) => createHmac('sha256', secret).update(input).digest(),
    });

    const refusal = new JwtTokenVerifier(() => secret, { issuer: 'urn:issuer', audience: 'careline' }).verify(
      token,
    );

    await expect(refusal).rejects.toMatchObject(invalid(UNVERIFIED));
  });

  it('refuses a key that is too short to sign with', async () => {
    const weak = generateKeyPairSync('rsa', { modulusLength: 1024 });
    const keys = createLocalJWKSet({
      keys: [{ ...(weak.publicKey.export({ format: 'jwk' }) as JWK), kid: 'weak' }],
    });
    const token = forge({
      header: { alg: 'RS256', kid: 'weak' },
      signature: (input) => sign('sha256', input, weak.privateKey),
    });

    const refusal = new JwtTokenVerifier(keys, { issuer: 'urn:issuer', audience: 'careline' }).verify(token);

    await expect(refusal).rejects.toMatchObject(invalid(UNVERIFIED));
  });

  it('a refusal carries neither the token nor its claims', async () => {
    const token = forge({ claims: { aud: 'elsewhere', email: 'ana@example.org' } });

    const error: unknown = await verifier.verify(token).catch((reason: unknown) => reason);

    expect(inspect(error, { depth: 10, showHidden: true })).not.toMatch(/ana@example|elsewhere|7b1d4a52/);
    expect((error as Error).cause).toBeUndefined();
  });
});
