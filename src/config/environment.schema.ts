import { resolve } from 'node:path';
import { z } from 'zod';

const DURATION_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
const KEY_ARN = /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[A-Za-z0-9-]+$/;
const TABLE_NAME = /^[a-zA-Z0-9_.-]{3,255}$/;

const integer = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.number().min(min, `must be at least ${min}`).max(max, `must be at most ${max}`));

const durationMs = () =>
  z
    .string()
    .regex(/^\d{1,9}(ms|s|m|h|d)$/, 'must be a duration such as 500ms, 30s, 10m, 24h or 7d')
    .transform((value) => Number.parseInt(value, 10) * (DURATION_MS[value.replace(/^\d+/, '')] ?? 0))
    .refine((value) => value > 0, 'must be longer than zero');

const url = (...schemes: string[]) =>
  z.string().refine(
    (value) => {
      const parsed = URL.canParse(value) ? new URL(value) : undefined;
      return parsed !== undefined && parsed.hostname !== '' && schemes.includes(parsed.protocol);
    },
    `must be an address that begins with ${schemes.map((scheme) => `${scheme}//`).join(' or ')}`,
  );

const list = () => z.string().transform((value) => value.split(',').map((item) => item.trim()));

const secrets = () =>
  list().refine(
    (items) => items.every(({ length }) => length >= 32),
    'must each have at least 32 characters',
  );

const keyArns = () =>
  list().refine((items) => items.every((arn) => KEY_ARN.test(arn)), 'must be ARNs of KMS keys');

// DynamoDB's naming rules: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
const tableName = () =>
  z.string().regex(TABLE_NAME, 'must be a DynamoDB table name: 3 to 255 of a-z A-Z 0-9 _ . -');

// CloudWatch's names of namespaces; those that begin with AWS/ are its own.
const emfNamespace = () =>
  z
    .string()
    .regex(
      /^(?!AWS\/)[\w.#/:-]{1,255}$/,
      'must be a CloudWatch namespace such as Careline/production, and not begin with AWS/',
    );

const oneOf = <const T extends readonly [string, ...string[]]>(...values: T) =>
  z.enum(values, { error: `must be one of ${values.join(', ')}` });

/** Every environment variable that Careline reads: its form and its default. `.env.example` explains each. */
export const EnvironmentSchema = z.object({
  NODE_ENV: oneOf('development', 'test', 'production').default('development'),
  PORT: integer(0, 65_535).default(3000),
  HOST: z
    .string()
    .regex(/^[a-zA-Z0-9.:_-]{1,255}$/, 'must be a host name or an IP address')
    .default('127.0.0.1'),
  DATABASE_URL: url('postgresql:', 'postgres:').optional(),
  DYNAMODB_ENDPOINT: url('http:', 'https:').optional(),
  DATA_DIR: z
    .string()
    .default('.data')
    .transform((path) => resolve(path)),
  AWS_REGION: z
    .string()
    .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'must be an AWS region such as eu-central-1')
    .default('eu-central-1'),
  CACHE_STORE: oneOf('memory', 'dynamo', 'dax').default('memory'),
  CACHE_TABLE: tableName().optional(),
  MESSAGING_TABLE: tableName().optional(),
  MESSAGING_STREAM: oneOf('poll', 'off').optional(),
  DAX_ENDPOINT: url('dax:', 'daxs:').optional(),
  CACHE_L1_MAX_BYTES: integer(1_048_576, 68_719_476_736).default(67_108_864),
  CACHE_TTL: durationMs().default(86_400_000),
  CACHE_FEED_TIMEOUT_MS: integer(100, 60_000).default(1_000),
  CACHE_L2_TIMEOUT_MS: integer(10, 10_000).default(150),
  CACHE_CONSISTENCY: oneOf('strong', 'bounded').default('bounded'),
  CACHE_ENCRYPTION: oneOf('off', 'local', 'kms').default('off'),
  CACHE_KEY_SECRET: z.string().min(32, 'must have at least 32 characters').optional(),
  CACHE_PREVIOUS_KEY_SECRETS: secrets().default([]),
  CACHE_KMS_KEY_ARNS: keyArns().default([]),
  AUTH_ISSUER: z.string().min(1).optional(),
  AUTH_AUDIENCE: z.string().min(1).optional(),
  AUTH_JWKS_URI: url('https:', 'http:').optional(),
  RATE_LIMIT_PER_MINUTE: integer(0, 100_000_000).default(12_000),
  METRICS_EMF: emfNamespace().optional(),
  LOG_LEVEL: oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent').default('info'),
});

/** The validated environment, under its own names. */
export type Environment = z.output<typeof EnvironmentSchema>;

/** A name of {@link EnvironmentSchema}. */
export type VariableName = keyof Environment;

/** All names, in the order in which `.env.example` lists them. */
export const VARIABLE_NAMES = Object.keys(EnvironmentSchema.shape) as VariableName[];
