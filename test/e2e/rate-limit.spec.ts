import { Controller, Get } from '@nestjs/common';
import { SkipThrottle } from '@nestjs/throttler';
import { Public } from '../../src/auth/decorators.js';
import { startGuardedApp, type GuardedApp } from '../support/guarded-app.js';
import { IdentityProvider } from '../support/identity-provider.js';

const ANA = '7b1d4a52-8f0e-4c3b-9a57-2f8e6c1d0b34';
const BRUNO = '0c9e7a61-3b5d-4f2a-8e14-6d7f9b0a2c58';
const LIMIT = 5;

@Controller()
class RoutesController {
  @Get('one')
  one(): string {
    return 'one';
  }

  @Get('two')
  two(): string {
    return 'two';
  }

  @Get('open')
  @Public()
  open(): string {
    return 'open';
  }

  @Get('unlimited')
  @Public()
  @SkipThrottle()
  unlimited(): string {
    return 'unlimited';
  }
}

describe('The rate limit', () => {
  let provider: IdentityProvider;
  let app: GuardedApp;

  beforeAll(async () => {
    provider = await IdentityProvider.start();
  });
  afterAll(() => provider.stop());
  beforeEach(async () => {
    app = await startGuardedApp([RoutesController], provider.jwksUri, {
      RATE_LIMIT_PER_MINUTE: String(LIMIT),
    });
  });
  afterEach(() => app.close());

  const get = (path: string, token?: string) =>
    fetch(`${app.url}${path}`, { headers: token === undefined ? {} : { authorization: `Bearer ${token}` } });
  const statuses = async (count: number, path: string, token?: string) => {
    const found: number[] = [];
    for (let request = 0; request < count; request += 1) found.push((await get(path, token)).status);
    return found;
  };
  const times = (count: number, status: number) => Array.from({ length: count }, () => status);

  it('a principal gets as many answers as the limit, then 429 with Retry-After', async () => {
    const token = await provider.token(ANA, []);

    expect(await statuses(LIMIT, '/one', token)).toEqual(times(LIMIT, 200));
    const refused = await get('/one', token);

    expect(refused.status).toBe(429);
    expect(await refused.json()).toMatchObject({ code: 'RATE_LIMITED', status: 429 });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(50);
    expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(60);
    expect(refused.headers.get('ratelimit-remaining')).toBe('0');
  });

  it('answers tell what is left', async () => {
    const token = await provider.token(ANA, []);
    await get('/one', token);

    const { headers } = await get('/one', token);

    expect(headers.get('ratelimit-limit')).toBe('5');
    expect(headers.get('ratelimit-remaining')).toBe('3');
    expect(Number(headers.get('ratelimit-reset'))).toBeLessThanOrEqual(60);
  });

  it('counts a principal over all routes and tokens, in whatever case the subject is', async () => {
    const tokens = [await provider.token(ANA, []), await provider.token(ANA.toUpperCase(), ['admin'])];

    await statuses(3, '/one', tokens[0]);
    await statuses(2, '/two', tokens[1]);

    expect((await get('/two', tokens[0])).status).toBe(429);
    expect((await get('/one', tokens[1])).status).toBe(429);
  });

  it('principals behind one address do not take from each other', async () => {
    await statuses(LIMIT + 1, '/one', await provider.token(ANA, []));

    expect((await get('/one', await provider.token(BRUNO, []))).status).toBe(200);
  });

  it('a flood of bad tokens from one address is limited by the address, whoever the tokens claim to be', async () => {
    const expired = (subject: string) => provider.token(subject, [], { exp: 1 });
    const flood = [await expired(ANA), await expired(BRUNO), 'no-token', undefined, `${await expired(ANA)}x`];

    const answers = await Promise.all(flood.map(async (token) => (await get('/one', token)).status));

    expect(answers).toEqual(times(LIMIT, 401));
    expect((await get('/one', 'a.b.c')).status).toBe(429);
    expect((await get('/one')).status).toBe(429);
    expect((await get('/open')).status).toBe(429);
    expect((await get('/one', await provider.token(ANA, []))).status).toBe(200);
  });

  it('routes that skip it are not limited', async () => {
    expect(await statuses(3 * LIMIT, '/unlimited')).toEqual(times(3 * LIMIT, 200));
    expect((await get('/open')).status).toBe(200);
  });

  it('the address is that of the connection, not one the client writes into a header', async () => {
    const headers = (client: number) => ({
      'x-forwarded-for': `10.0.0.${client}`,
      forwarded: `for=10.0.0.${client}`,
    });
    for (let client = 0; client < LIMIT; client += 1)
      await fetch(`${app.url}/open`, { headers: headers(client) });

    expect((await fetch(`${app.url}/open`, { headers: headers(99) })).status).toBe(429);
  });
});

describe('A rate limit of 0', () => {
  it('limits nothing and adds no headers', async () => {
    const provider = await IdentityProvider.start();
    const app = await startGuardedApp([RoutesController], provider.jwksUri, { RATE_LIMIT_PER_MINUTE: '0' });
    try {
      const token = await provider.token(ANA, []);
      const responses = await Promise.all(
        Array.from({ length: 50 }, () =>
          fetch(`${app.url}/one`, { headers: { authorization: `Bearer ${token}` } }),
        ),
      );

      expect(responses.every(({ status }) => status === 200)).toBe(true);
      expect(responses[0]?.headers.get('ratelimit-limit')).toBeNull();
    } finally {
      await app.close();
      await provider.stop();
    }
  });
});
