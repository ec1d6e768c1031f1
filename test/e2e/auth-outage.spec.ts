import { Controller, Get } from '@nestjs/common';
import { Public } from '../../src/auth/decorators.js';
import { startGuardedApp, type GuardedApp } from '../support/guarded-app.js';
import { IdentityProvider } from '../support/identity-provider.js';

const ANA = '7b1d4a52-8f0e-4c3b-9a57-2f8e6c1d0b34';

@Controller('things')
class ThingsController {
  @Get()
  closed(): string {
    return 'closed';
  }

  @Get('open')
  @Public()
  open(): string {
    return 'open';
  }
}

describe('When the key set cannot be had', () => {
  let provider: IdentityProvider;
  let app: GuardedApp;

  beforeEach(async () => {
    provider = await IdentityProvider.start();
    provider.available = false;
    app = await startGuardedApp([ThingsController], provider.jwksUri);
  });
  afterEach(async () => {
    await app.close();
    await provider.stop();
  });

  it('the answer is 503 with Retry-After, public routes work, and requests without a token are 401', async () => {
    const headers = { authorization: `Bearer ${await provider.token(ANA, ['admin'])}` };

    const response = await fetch(`${app.url}/things`, { headers });

    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('5');
    expect(response.headers.get('www-authenticate')).toBeNull();
    expect(await response.json()).toMatchObject({ code: 'AUTH_UNAVAILABLE' });
    expect((await fetch(`${app.url}/things/open`, { headers })).status).toBe(200);
    expect((await fetch(`${app.url}/things`)).status).toBe(401);
  });

  it('public routes do not even look at a token', async () => {
    const headers = { authorization: `Bearer ${await provider.token(ANA, ['admin'])}` };

    expect((await fetch(`${app.url}/things/open`, { headers })).status).toBe(200);
    expect(provider.fetches).toBe(0);
  });

  it('a flood of tokens asks for the key set once', async () => {
    const token = await provider.token(ANA, ['admin']);

    const statuses = await Promise.all(
      Array.from(
        { length: 50 },
        async () =>
          (await fetch(`${app.url}/things`, { headers: { authorization: `Bearer ${token}` } })).status,
      ),
    );

    expect(new Set(statuses)).toEqual(new Set([503]));
    expect(provider.fetches).toBe(1);
  });
});
