import { jest } from '@jest/globals';
import { AppError } from '../../common/errors/app-error.js';
import { CachingTokenVerifier } from './caching-token-verifier.js';
import type { TokenVerifier, VerifiedToken } from './token-verifier.js';

const principal = { subject: '7b1d4a52-8f0e-4c3b-9a57-2f8e6c1d0b34', roles: [] };

/** Believes every token but `bad` for `lifetimeMs`, and records what it was asked. */
class Recording implements TokenVerifier {
  readonly asked: string[] = [];
  constructor(private readonly lifetimeMs: number) {}

  verify(token: string): Promise<VerifiedToken> {
    this.asked.push(token);
    if (token === 'bad') return Promise.reject(new AppError('AUTH_TOKEN_INVALID', 'refused'));
    return Promise.resolve({ principal, expiresAtMs: Date.now() + this.lifetimeMs });
  }
}

function setUp(lifetimeMs: number) {
  const clock = { ms: 1_000, now: () => clock.ms };
  const inner = new Recording(lifetimeMs);
  return { clock, inner, verifier: new CachingTokenVerifier(inner, clock) };
}

describe('CachingTokenVerifier', () => {
  it('a token that was verified is not verified again within a minute, but after it', async () => {
    const { clock, inner, verifier } = setUp(3_600_000);

    await verifier.verify('a');
    clock.ms += 59_000;
    expect((await verifier.verify('a')).principal).toBe(principal);
    expect(inner.asked).toEqual(['a']);

    clock.ms += 2_000;
    await verifier.verify('a');
    expect(inner.asked).toEqual(['a', 'a']);
  });

  it('a token is forgotten when it expires', async () => {
    const { clock, inner, verifier } = setUp(10_000);

    await verifier.verify('a');
    clock.ms += 10_001;
    await verifier.verify('a');

    expect(inner.asked).toEqual(['a', 'a']);
  });

  it('a token that expired while the machine was suspended is verified again', async () => {
    const { inner, verifier } = setUp(10_000);
    await verifier.verify('a');
    const now = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 10_001);
    try {
      await verifier.verify('a');
    } finally {
      now.mockRestore();
    }

    expect(inner.asked).toEqual(['a', 'a']);
  });

  it('a token in the tolerance after its expiry is verified each time', async () => {
    const { inner, verifier } = setUp(-5_000);

    await verifier.verify('a');
    await verifier.verify('a');

    expect(inner.asked).toEqual(['a', 'a']);
  });

  it('a refusal is passed on and not remembered', async () => {
    const { inner, verifier } = setUp(3_600_000);

    await expect(verifier.verify('bad')).rejects.toMatchObject({ code: 'AUTH_TOKEN_INVALID' });
    await expect(verifier.verify('bad')).rejects.toMatchObject({ code: 'AUTH_TOKEN_INVALID' });

    expect(inner.asked).toEqual(['bad', 'bad']);
  });

  it('10,001 tokens push out the one unused for longest', async () => {
    const { inner, verifier } = setUp(3_600_000);
    for (let index = 0; index <= 10_000; index += 1) await verifier.verify(`t${index}`);
    inner.asked.length = 0;

    await verifier.verify('t10000');
    await verifier.verify('t1');
    await verifier.verify('t0');

    expect(inner.asked).toEqual(['t0']);
  });
});
