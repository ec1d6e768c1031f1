import type { ConfigurationProblem } from './configuration-error.js';
import type { VariableName } from './environment.schema.js';

/** The environment as given: unset and empty variables are absent. */
export type GivenEnvironment = Readonly<Partial<Record<VariableName, string>>>;

/** Passwords that stand in examples and tutorials: no production database may use one. */
const DEFAULT_PASSWORDS = new Set([
  'postgres',
  'password',
  'careline',
  'secret',
  'changeme',
  'change-me',
  'admin',
  'root',
]);
const EXAMPLE_SECRET = /^(change[-_ ]?me|example|secret|(.)\2*$)/i;

const LOCAL_ISSUER = 'the local token issuer is for development only';
const REQUIRED_IN_PRODUCTION: GivenEnvironment = {
  DATABASE_URL: 'the embedded PostgreSQL is for development only',
  AUTH_ISSUER: LOCAL_ISSUER,
  AUTH_AUDIENCE: LOCAL_ISSUER,
  AUTH_JWKS_URI: LOCAL_ISSUER,
};

/** What holds between variables, and what production refuses: embedded engines, the local issuer, default secrets. */
export function crossProblems(given: GivenEnvironment): ConfigurationProblem[] {
  return [
    ...combinationProblems(given),
    ...(given.NODE_ENV === 'production' ? productionProblems(given) : []),
  ];
}

function combinationProblems(given: GivenEnvironment): ConfigurationProblem[] {
  const problems: ConfigurationProblem[] = [];
  if (given.CACHE_ENCRYPTION === 'local' && given.CACHE_KEY_SECRET === undefined) {
    problems.push({ variable: 'CACHE_KEY_SECRET', reason: 'must be set when CACHE_ENCRYPTION is local' });
  }
  if (given.CACHE_ENCRYPTION === 'kms' && given.CACHE_KMS_KEY_ARNS === undefined) {
    problems.push({ variable: 'CACHE_KMS_KEY_ARNS', reason: 'must be set when CACHE_ENCRYPTION is kms' });
  }
  if (given.AUTH_JWKS_URI !== undefined && given.NODE_ENV !== 'production') {
    for (const variable of ['AUTH_ISSUER', 'AUTH_AUDIENCE'] as const) {
      if (given[variable] === undefined)
        problems.push({ variable, reason: 'must be set when AUTH_JWKS_URI is' });
    }
  }
  return problems;
}

function productionProblems(given: GivenEnvironment): ConfigurationProblem[] {
  const problems: ConfigurationProblem[] = [];
  const refuse = (variable: VariableName, reason: string) => problems.push({ variable, reason });

  for (const [variable, why] of Object.entries(REQUIRED_IN_PRODUCTION) as [VariableName, string][]) {
    if (given[variable] === undefined) refuse(variable, `must be set in production: ${why}`);
  }
  if (given.CACHE_STORE === 'dax' && given.DAX_ENDPOINT === undefined) {
    refuse(
      'DAX_ENDPOINT',
      'must be set in production when CACHE_STORE is dax: dax-local is for development only',
    );
  }
  if (given.AUTH_JWKS_URI?.startsWith('http:') === true) {
    refuse('AUTH_JWKS_URI', 'must begin with https:// in production');
  }
  if (hasDefaultPassword(given.DATABASE_URL)) {
    refuse('DATABASE_URL', 'must not carry a default password in production');
  }
  if (given.CACHE_KEY_SECRET !== undefined && EXAMPLE_SECRET.test(given.CACHE_KEY_SECRET)) {
    refuse('CACHE_KEY_SECRET', 'must not be an example value in production');
  }
  return problems;
}

function hasDefaultPassword(databaseUrl: string | undefined): boolean {
  if (databaseUrl === undefined || !URL.canParse(databaseUrl)) return false;
  return DEFAULT_PASSWORDS.has(new URL(databaseUrl).password.toLowerCase());
}
