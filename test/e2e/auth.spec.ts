import pg from 'pg';
import { decodeJwt } from 'jose';
import { AuthModule } from '../../src/auth/auth.module.js';
import { ConfigurationError } from '../../src/config/index.js';
import { AUDIENCE, IdentityProvider, ISSUER } from '../support/identity-provider.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { tokenFor } from '../support/tokens.js';

const ANA = '7b1d4a52-8f0e-4c3b-9a57-2f8e6c1d0b34';
const PUBLIC_ROUTES = ['GET /health/live', 'GET /health/ready', 'GET /metrics', 'POST /api/dev/tokens'];

async function addAna(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query(
    `INSERT INTO app_user (id, handle, display_name, role) VALUES ($1, 'ana', 'Ana Torres', 'clinician')`,
    [ANA],
  );
  await client.end();
}

const askForToken = (app: TestApp, body: unknown) =>
  fetch(`${app.url}/api/dev/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

describe('The development issuer', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startTestApp();
    await addAna(app.databaseUrl);
  });
  afterAll(() => app.close());

  it('gives a token for a handle, which the service believes', async () => {
    const response = await askForToken(app, { handle: 'ana' });

    expect(response.status).toBe(201);
    expect(response.headers.get('cache-control')).toBe('no-store');
    const { token } = (await response.json()) as { token: string };
    expect(decodeJwt(token)).toMatchObject({
      iss: 'urn:careline:local',
      aud: 'careline',
      sub: ANA,
      roles: ['clinician'],
    });
    const me = await fetch(`${app.url}/api/users/me`, { headers: { authorization: `Bearer ${token}` } });
    expect(me.status).toBe(200);
    expect(await me.json()).toMatchObject({ id: ANA, handle: 'ana' });
  });

  it('knows no other handles', async () => {
    const response = await askForToken(app, { handle: 'nobody' });

    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ code: 'USER_NOT_FOUND' });
  });

  it.each([
    {},
    { handle: '' },
    { handle: 1 },
    { handle: 'ana', role: 'admin' },
    { handle: 'a\u0000' },
    ['ana'],
    null,
  ])('refuses the body %j', async (body) => {
    const response = await askForToken(app, body);

    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: 'REQUEST_INVALID' });
  });

  it('a token is never logged', async () => {
    const token = await tokenFor(app, 'ana');
    await fetch(`${app.url}/api/users/me`, { headers: { authorization: `Bearer ${token}` } });

    for (const part of token.split('.')) expect(app.logs.join('')).not.toContain(part);
  });

  it('every route of the API but the public ones is 401 without a token', async () => {
    const document = (await (await fetch(`${app.url}/docs-json`)).json()) as {
      paths: Record<string, Record<string, { security?: unknown }>>;
    };
    const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { security }]) => ({
        route: `${method.toUpperCase()} ${path}`,
        security,
      })),
    );
    const open: string[] = [];
    for (const { route, security } of routes) {
      const [method = '', path = ''] = route.split(' ');
      const response = await fetch(`${app.url}${path.replace(/\{\w+\}/g, ANA)}`, { method });
      if (response.status !== 401) open.push(route);
      // What the document says of a route is what the route does.
      expect({ route, secured: security !== undefined }).toEqual({ route, secured: response.status === 401 });
    }

    expect(open.sort()).toEqual(PUBLIC_ROUTES);
    expect(routes.length).toBeGreaterThan(PUBLIC_ROUTES.length);
  });

  it.each(['/health/live', '/docs', '/docs-json'])('GET %s needs no token', async (path) => {
    expect((await fetch(`${app.url}${path}`)).status).toBe(200);
  });
});

describe('Without the development issuer', () => {
  const remote = {
    AUTH_ISSUER: ISSUER,
    AUTH_AUDIENCE: AUDIENCE,
    AUTH_JWKS_URI: 'https://identity.example/pool/keys',
  };
  const production = {
    ...remote,
    NODE_ENV: 'production',
    DATABASE_URL: 'postgresql://careline:b6dP2xQ9@db.example/careline',
  };

  it.each([
    ['in production', production],
    ['with an identity provider', remote],
  ])('%s there is no route for tokens', async (_, environment) => {
    const app = await startTestApp(environment);
    try {
      await addAna(app.databaseUrl);

      const response = await askForToken(app, { handle: 'ana' });

      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({ code: 'ROUTE_NOT_FOUND' });
    } finally {
      await app.close();
    }
  });

  it('a token of the development issuer is refused, a token of the provider is believed', async () => {
    const provider = await IdentityProvider.start();
    const development = await startTestApp();
    await addAna(development.databaseUrl);
    const app = await startTestApp({ ...remote, AUTH_JWKS_URI: provider.jwksUri });
    await addAna(app.databaseUrl);
    try {
      const statusWith = async (token: string) =>
        (await fetch(`${app.url}/api/users/me`, { headers: { authorization: `Bearer ${token}` } })).status;

      expect(await statusWith(await tokenFor(development, 'ana'))).toBe(401);
      expect(await statusWith(await provider.token(ANA, ['clinician']))).toBe(200);
    } finally {
      await app.close();
      await development.close();
      await provider.stop();
    }
  });

  it('the module refuses production without an identity provider', () => {
    const config = {
      isProduction: true,
      dataDir: '/nowhere',
      rateLimitPerMinute: 0,
      auth: { issuer: 'x', audience: 'x', jwksUri: undefined },
    };

    expect(() => AuthModule.forRoot(config)).toThrow(ConfigurationError);
  });
});
