import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { ConfigurationError, readConfig } from './index.js';
import { VARIABLE_NAMES } from './environment.schema.js';

const SAFE_PRODUCTION = {
  NODE_ENV: 'production',
  DATABASE_URL: 'postgresql://careline:Zk3!fQ9_v@db.internal:5432/careline',
  AUTH_ISSUER: 'https://issuer.example',
  AUTH_AUDIENCE: 'careline-web',
  AUTH_JWKS_URI: 'https://issuer.example/.well-known/jwks.json',
};

function problemsOf(environment: Record<string, string>): Record<string, string> {
  try {
    readConfig(environment);
  } catch (error) {
    if (error instanceof ConfigurationError) {
      return Object.fromEntries(error.problems.map(({ variable, reason }) => [variable, reason]));
    }
    throw error;
  }
  return {};
}

describe('readConfig', () => {
  it('an empty environment gives the documented defaults', () => {
    const config = readConfig({});

    expect(config).toMatchObject({
      environment: 'development',
      port: 3000,
      host: '127.0.0.1',
      databaseUrl: undefined,
      awsRegion: 'eu-central-1',
      messagingTable: 'messages-development',
      rateLimitPerMinute: 12_000,
      cache: { store: 'memory', table: 'cache-development', l1MaxBytes: 64 * 1024 * 1024, ttlMs: 86_400_000 },
    });
  });

  it('an empty variable counts as unset', () => {
    expect(readConfig({ PORT: '', DATABASE_URL: '  ' })).toMatchObject({
      port: 3000,
      databaseUrl: undefined,
    });
  });

  it('the result cannot be changed, at any depth', () => {
    const config = readConfig({});

    expect(Object.isFrozen(config)).toBe(true);
    expect(Object.isFrozen(config.cache)).toBe(true);
    expect(Object.isFrozen(config.auth)).toBe(true);
  });

  it('several mistakes are reported at once, by name and reason', () => {
    const problems = problemsOf({
      PORT: 'http',
      CACHE_STORE: 'redis',
      CACHE_TTL: '1 day',
      CACHE_ENCRYPTION: 'local',
    });

    expect(Object.keys(problems).sort()).toEqual(['CACHE_KEY_SECRET', 'CACHE_STORE', 'CACHE_TTL', 'PORT']);
    expect(problems['CACHE_STORE']).toBe('must be one of memory, dynamo, dax');
  });

  it.each([
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['PORT', '3e3'],
    ['DATABASE_URL', 'mysql://h/d'],
    ['DATABASE_URL', 'postgresql://'],
    ['DAX_ENDPOINT', 'http://127.0.0.1:8111'],
    ['CACHE_TABLE', 'a b'],
    ['CACHE_KEY_SECRET', 'short'],
    ['CACHE_L1_MAX_BYTES', '1'],
    ['CACHE_TTL', '0s'],
    ['AWS_REGION', 'europe'],
    ['RATE_LIMIT_PER_MINUTE', '1.5'],
    ['LOG_LEVEL', 'verbose'],
  ])('%s = %s is refused', (variable, value) => {
    expect(problemsOf({ [variable]: value })).toHaveProperty(variable);
  });

  it('a reason never repeats the value, whatever the value is', () => {
    fc.assert(
      fc.property(fc.constantFrom(...VARIABLE_NAMES), fc.string({ minLength: 12 }), (variable, noise) => {
        const value = `s3cr3t${noise}`;
        try {
          readConfig({ [variable]: value });
        } catch (error) {
          expect((error as Error).message).not.toContain('s3cr3t');
        }
      }),
    );
  });
});

describe('readConfig in production', () => {
  it('a complete environment is accepted', () => {
    expect(readConfig(SAFE_PRODUCTION)).toMatchObject({
      isProduction: true,
      cache: { table: 'cache-production' },
    });
  });

  it('embedded engines and the local issuer are refused', () => {
    expect(Object.keys(problemsOf({ NODE_ENV: 'production' })).sort()).toEqual([
      'AUTH_AUDIENCE',
      'AUTH_ISSUER',
      'AUTH_JWKS_URI',
      'DATABASE_URL',
    ]);
    expect(problemsOf({ ...SAFE_PRODUCTION, CACHE_STORE: 'dax' })).toHaveProperty('DAX_ENDPOINT');
  });

  it.each([
    ['DATABASE_URL', 'postgresql://postgres:postgres@db/careline'],
    ['CACHE_KEY_SECRET', 'change-me-change-me-change-me-change-me'],
    ['CACHE_KEY_SECRET', 'x'.repeat(40)],
    ['AUTH_JWKS_URI', 'http://issuer.example/jwks.json'],
  ])('a default or unsafe %s is refused', (variable, value) => {
    expect(problemsOf({ ...SAFE_PRODUCTION, [variable]: value })).toHaveProperty(variable);
  });
});

describe('.env.example', () => {
  it('explains exactly the variables that are read', () => {
    const example = readFileSync('.env.example', 'utf8');
    const named = [...example.matchAll(/^# ([A-Z][A-Z0-9_]+)=/gm)].map(([, name]) => name);

    expect(named.sort()).toEqual([...VARIABLE_NAMES].sort());
  });
});
