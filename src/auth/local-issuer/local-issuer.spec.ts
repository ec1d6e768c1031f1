import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { JwtTokenVerifier } from '../tokens/jwt-token-verifier.js';
import { loadIssuerKey } from './issuer-key.js';
import { LocalIssuer } from './local-issuer.js';

const names = { issuer: 'urn:careline:local', audience: 'careline' };
const ana = { subject: '7b1d4a52-8f0e-4c3b-9a57-2f8e6c1d0b34', roles: ['clinician'] as const };

describe('LocalIssuer', () => {
  let dataDir: string;
  beforeAll(async () => {
    Logger.overrideLogger(false);
    dataDir = await mkdtemp(join(tmpdir(), 'careline-issuer-'));
  });
  afterAll(() => rm(dataDir, { recursive: true, force: true }));

  it('issues tokens that its own keys verify, good for one hour', async () => {
    const issuer = new LocalIssuer(await loadIssuerKey(dataDir), names);
    const before = Math.floor(Date.now() / 1_000);

    const verified = await new JwtTokenVerifier(issuer.keys, names).verify(await issuer.issue(ana));

    expect(verified.principal).toEqual(ana);
    expect(verified.expiresAtMs / 1_000 - before).toBeGreaterThanOrEqual(3_600);
    expect(verified.expiresAtMs / 1_000 - before).toBeLessThanOrEqual(3_602);
  });

  it('tokens outlive a restart, and mean nothing to an issuer with another key', async () => {
    const token = await new LocalIssuer(await loadIssuerKey(dataDir), names).issue(ana);
    const restarted = new LocalIssuer(await loadIssuerKey(dataDir), names);
    const other = new LocalIssuer(await loadIssuerKey(join(dataDir, 'other')), names);

    expect((await new JwtTokenVerifier(restarted.keys, names).verify(token)).principal).toEqual(ana);
    await expect(new JwtTokenVerifier(other.keys, names).verify(token)).rejects.toMatchObject({
      code: 'AUTH_TOKEN_INVALID',
    });
  });
});
