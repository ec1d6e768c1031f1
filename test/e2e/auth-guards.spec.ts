import { Controller, Get, Post } from '@nestjs/common';
import fc from 'fast-check';
import { CurrentPrincipal, Public, Roles } from '../../src/auth/decorators.js';
import type { Principal } from '../../src/auth/principal.js';
import { startGuardedApp, type GuardedApp } from '../support/guarded-app.js';
import { IdentityProvider } from '../support/identity-provider.js';
import { sendRaw, statusOf } from '../support/raw-http.js';

const ANA = '7b1d4a52-8f0e-4c3b-9a57-2f8e6c1d0b34';

@Controller('things')
class ThingsController {
  @Get()
  whoAmI(@CurrentPrincipal() principal: Principal): Principal {
    return principal;
  }

  @Post()
  @Roles('clinician', 'admin')
  change(): string {
    return 'changed';
  }

  @Get('nobody')
  @Roles()
  forNobody(): string {
    return 'never';
  }

  @Get('open')
  @Public()
  open(): string {
    return 'open';
  }
}

@Public()
@Controller('open')
class OpenController {
  @Get()
  open(): string {
    return 'open';
  }

  @Get('admin')
  @Roles('admin')
  closed(): string {
    return 'closed';
  }
}

@Roles('admin')
@Controller('closed')
class ClosedController {
  @Get()
  closed(): string {
    return 'closed';
  }

  @Get('clinician')
  @Roles('clinician')
  clinician(): string {
    return 'clinician';
  }

  @Get('open')
  @Public()
  open(): string {
    return 'open';
  }
}

describe('The guards', () => {
  let provider: IdentityProvider;
  let app: GuardedApp;
  let token: string;

  beforeAll(async () => {
    provider = await IdentityProvider.start();
    app = await startGuardedApp([ThingsController, OpenController, ClosedController], provider.jwksUri);
    token = await provider.token(ANA, ['clinician']);
  });
  afterAll(async () => {
    await app.close();
    await provider.stop();
  });

  const call = (method: string, path: string, authorization?: string) =>
    fetch(`${app.url}${path}`, { method, headers: authorization === undefined ? {} : { authorization } });
  const problem = async (response: Response) => ({
    status: response.status,
    code: ((await response.json()) as { code: string }).code,
    challenge: response.headers.get('www-authenticate'),
  });

  it('a good token lets in, and tells the handler who asks', async () => {
    const response = await call('GET', '/things', `Bearer ${token}`);

    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ subject: ANA, roles: ['clinician'] });
    expect(response.headers.get('www-authenticate')).toBeNull();
  });

  it('the key set is fetched once for many requests', async () => {
    await Promise.all(Array.from({ length: 20 }, () => call('GET', '/things', `Bearer ${token}`)));

    expect(provider.fetches).toBe(1);
  });

  it.each([undefined, 'Basic YW5hOmFuYQ==', 'Bearer'])(
    'without a bearer token (%s) the answer is 401 with a challenge that names no error',
    async (authorization) => {
      expect(await problem(await call('GET', '/things', authorization))).toEqual({
        status: 401,
        code: 'AUTH_TOKEN_MISSING',
        challenge: 'Bearer realm="careline"',
      });
    },
  );

  it('with a bad token the answer is 401 with error="invalid_token"', async () => {
    const expired = await provider.token(ANA, ['clinician'], { exp: Math.floor(Date.now() / 1_000) - 31 });

    expect(await problem(await call('GET', '/things', `Bearer ${expired}`))).toEqual({
      status: 401,
      code: 'AUTH_TOKEN_INVALID',
      challenge: 'Bearer realm="careline", error="invalid_token", error_description="The token has expired."',
    });
  });

  it.each([
    ['for another audience', { aud: 'other' }],
    ['of another issuer', { iss: 'https://identity.example/other' }],
    ['not valid yet', { nbf: 4_000_000_000 }],
    ['of a subject that is no uuid', { sub: 'ana' }],
  ])('a token %s is refused', async (_, claims) => {
    const bad = await provider.token(ANA, ['clinician'], claims);

    expect(await problem(await call('GET', '/things', `Bearer ${bad}`))).toMatchObject({
      status: 401,
      code: 'AUTH_TOKEN_INVALID',
    });
  });

  it('an access token of Cognito lets in its client', async () => {
    const claims = { aud: undefined, token_use: 'access', client_id: 'careline-clients' };
    const access = await provider.token(ANA, ['admin'], claims);

    expect((await call('POST', '/things', `Bearer ${access}`)).status).toBe(201);
  });

  it.each([
    ['GET', '/things', ['patient'], 200],
    ['GET', '/things', [], 200],
    ['POST', '/things', ['clinician'], 201],
    ['POST', '/things', ['admin', 'patient'], 201],
    ['POST', '/things', ['patient'], 403],
    ['POST', '/things', ['root', 'Admin'], 403],
    ['GET', '/things/nobody', ['admin', 'clinician', 'patient'], 403],
    ['GET', '/open/admin', ['clinician'], 403],
    ['GET', '/open/admin', ['admin'], 200],
    ['GET', '/closed', ['clinician'], 403],
    ['GET', '/closed', ['admin'], 200],
    ['GET', '/closed/clinician', ['admin'], 403],
    ['GET', '/closed/clinician', ['clinician'], 200],
  ])('%s %s with the roles %j answers %i', async (method, path, roles, status) => {
    const response = await call(method, path, `Bearer ${await provider.token(ANA, roles)}`);

    expect(response.status).toBe(status);
    if (status === 403) {
      expect(await problem(response)).toEqual({
        status,
        code: 'AUTH_FORBIDDEN',
        challenge: 'Bearer realm="careline", error="insufficient_scope"',
      });
    }
  });

  it.each([
    ['/things', 401],
    ['/things/nobody', 401],
    ['/things/open', 200],
    ['/open', 200],
    ['/open/admin', 401],
    ['/closed', 401],
    ['/closed/open', 200],
  ])('GET %s without a token answers %i', async (path, status) => {
    expect((await call('GET', path)).status).toBe(status);
  });

  it('HEAD is denied like GET', async () => {
    expect((await call('HEAD', '/things')).status).toBe(401);
  });

  it.each(['access_token', 'token', 'authorization', 'id_token'])(
    'a token in the query (%s) or in a cookie counts for nothing',
    async (name) => {
      const headers = { cookie: `${name}=${token}; authorization=Bearer ${token}` };
      const response = await fetch(`${app.url}/things?${name}=${token}`, { headers });

      expect(await problem(response)).toMatchObject({ status: 401, code: 'AUTH_TOKEN_MISSING' });
    },
  );

  const raw = async (...lines: string[]) =>
    sendRaw(
      app.url,
      Buffer.from(
        `GET /things HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${lines.join('\r\n')}\r\n\r\n`,
        'latin1',
      ),
    );

  it('one header passes as raw bytes, two are refused, whichever is the good one', async () => {
    const good = `Authorization: Bearer ${token}`;

    expect(statusOf(await raw(good))).toBe(200);
    expect(statusOf(await raw(good, good))).toBe(401);
    expect(statusOf(await raw(good, 'AUTHORIZATION: Bearer a.b.c'))).toBe(401);
    expect(statusOf(await raw('Authorization: Basic eDp4', good))).toBe(401);
    expect(statusOf(await raw(good, 'Authorization:'))).toBe(401);
  });

  it('a token over 8 KB is refused, a header over the limit of HTTP too', async () => {
    expect(statusOf(await raw(`Authorization: Bearer ${token}${'A'.repeat(8_192)}`))).toBe(401);
    expect(statusOf(await raw(`Authorization: Bearer ${token}${'A'.repeat(20_000)}`))).toBe(431);
  });

  it('another spelling of a good token, with the same signature bytes, is refused', async () => {
    // The last of 342 characters carries 2 bits of the signature, and 4 bits that decoders ignore.
    const twin = token.slice(0, -1) + String.fromCharCode(token.charCodeAt(token.length - 1) + 1);

    expect(Buffer.from(twin.split('.')[2]!, 'base64url')).toEqual(
      Buffer.from(token.split('.')[2]!, 'base64url'),
    );
    expect(statusOf(await raw(`Authorization: Bearer ${twin}`))).toBe(401);
  });

  it('any bytes as the header give 401, or 400 where they are no HTTP', async () => {
    const bytes = fc.string({
      unit: fc.integer({ min: 0, max: 255 }).map((byte) => String.fromCharCode(byte)),
    });
    const value = fc.oneof(
      bytes,
      bytes.map((text) => `Bearer ${text}`),
      fc.tuple(bytes, fc.nat(token.length)).map(([text, at]) => `Bearer ${token.slice(0, at)}${text}x`),
      fc.base64String().map((text) => `Bearer ${text}.${text}.${text}`),
    );
    await fc.assert(
      fc.asyncProperty(value, async (text) => {
        const status = statusOf(await raw(`Authorization: ${text.replace(/[\r\n]/g, '')}`));
        expect([400, 401]).toContain(status);
      }),
      { numRuns: 300 },
    );
  });

  it('no token and no claim is ever logged', async () => {
    const bad = await provider.token(ANA, ['clinician'], { aud: 'other', email: 'ana@example.org' });
    await call('GET', '/things', `Bearer ${bad}`);
    await call('GET', '/things', `Bearer ${token}`);

    const log = app.logs.join('');
    expect(log).toContain('Token refused: aud');
    for (const secret of [...bad.split('.'), ...token.split('.'), 'ana@example.org'])
      expect(log).not.toContain(secret);
  });
});
