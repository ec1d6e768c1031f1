import { existsSync } from 'node:fs';
import { loadEnvFile } from 'node:process';
import type { z } from 'zod';
import { ConfigurationError, type ConfigurationProblem } from './configuration-error.js';
import { crossProblems, type GivenEnvironment } from './cross-rules.js';
import { EnvironmentSchema, VARIABLE_NAMES, type Environment } from './environment.schema.js';

/** Careline's configuration: validated, complete, deeply frozen. Durations in ms, sizes in bytes. */
export interface Config {
  readonly environment: Environment['NODE_ENV'];
  readonly isProduction: boolean;
  readonly host: string;
  /** 0 = any free port. */
  readonly port: number;
  /** Absent: the embedded PostgreSQL. */
  readonly databaseUrl: string | undefined;
  /** Absent: the embedded DynamoDB Local, or AWS itself in production. */
  readonly dynamodbEndpoint: string | undefined;
  /** Absolute path of the folder where development engines and keys keep their state. */
  readonly dataDir: string;
  readonly awsRegion: string;
  readonly messagingTable: string;
  /** `off`: somebody else reads the stream of messages, such as a Lambda function. */
  readonly messagingStream: 'poll' | 'off';
  readonly cache: {
    readonly store: Environment['CACHE_STORE'];
    readonly table: string;
    readonly daxEndpoint: string | undefined;
    readonly l1MaxBytes: number;
    readonly ttlMs: number;
    /** False: nothing listens for changes, and versions are read on every request. Only a Lambda says so. */
    readonly feed: boolean;
    readonly feedTimeoutMs: number;
    readonly l2TimeoutMs: number;
    readonly consistency: Environment['CACHE_CONSISTENCY'];
    readonly encryption: Environment['CACHE_ENCRYPTION'];
    readonly keySecret: string | undefined;
    /** Secrets of CACHE_ENCRYPTION=local whose entries stay readable. */
    readonly previousKeySecrets: readonly string[];
    /** The first encrypts, all decrypt. */
    readonly kmsKeyArns: readonly string[];
  };
  readonly auth: {
    readonly issuer: string;
    readonly audience: string;
    /** Absent: the local issuer signs and verifies. */
    readonly jwksUri: string | undefined;
  };
  /** Requests a minute and principal; 0 = no limit. */
  readonly rateLimitPerMinute: number;
  /** The CloudWatch namespace of metrics on standard output; absent: none are written. */
  readonly emfNamespace: string | undefined;
  readonly logLevel: Environment['LOG_LEVEL'];
}

/** The configuration of a service whose engines are known. */
export interface ServiceConfig extends Config {
  readonly databaseUrl: string;
  /** Names of the engines that Careline itself started. */
  readonly embeddedEngines: readonly string[];
}

/**
 * Reads the configuration from `source`. An empty variable counts as unset.
 * @throws {ConfigurationError} naming every wrong variable, never a value
 */
export function readConfig(source: Readonly<Record<string, string | undefined>>): Config {
  const given: GivenEnvironment = Object.fromEntries(
    VARIABLE_NAMES.flatMap((name) => {
      const value = source[name]?.trim();
      return value === undefined || value === '' ? [] : [[name, value]];
    }),
  );
  const parsed = EnvironmentSchema.safeParse(given);
  const problems = [...(parsed.success ? [] : formProblems(parsed.error)), ...crossProblems(given)];
  if (!parsed.success || problems.length > 0) throw new ConfigurationError(problems);
  return toConfig(parsed.data);
}

function formProblems(error: z.ZodError): ConfigurationProblem[] {
  return error.issues.map(({ path, message }) => ({ variable: path.join('.'), reason: message }));
}

/** Reads `.env` of the working directory, where there is one, and then the environment of the process, which wins. */
export function readProcessConfig(): Config {
  if (existsSync('.env')) loadEnvFile('.env');
  return readConfig(process.env);
}

/** `config` with the addresses of its engines, given or embedded. */
export function withEngines(
  config: Config,
  engines: Pick<ServiceConfig, 'databaseUrl' | 'embeddedEngines'> &
    Partial<Pick<ServiceConfig, 'dynamodbEndpoint'>>,
): ServiceConfig {
  return Object.freeze({ ...config, ...engines });
}

function toConfig(environment: Environment): Config {
  return Object.freeze({
    environment: environment.NODE_ENV,
    isProduction: environment.NODE_ENV === 'production',
    host: environment.HOST,
    port: environment.PORT,
    databaseUrl: environment.DATABASE_URL,
    dynamodbEndpoint: environment.DYNAMODB_ENDPOINT,
    dataDir: environment.DATA_DIR,
    awsRegion: environment.AWS_REGION,
    messagingTable: environment.MESSAGING_TABLE ?? `messages-${environment.NODE_ENV}`,
    messagingStream: environment.MESSAGING_STREAM ?? (environment.NODE_ENV === 'production' ? 'off' : 'poll'),
    cache: Object.freeze({
      store: environment.CACHE_STORE,
      table: environment.CACHE_TABLE ?? `cache-${environment.NODE_ENV}`,
      daxEndpoint: environment.DAX_ENDPOINT,
      l1MaxBytes: environment.CACHE_L1_MAX_BYTES,
      ttlMs: environment.CACHE_TTL,
      feed: true,
      feedTimeoutMs: environment.CACHE_FEED_TIMEOUT_MS,
      l2TimeoutMs: environment.CACHE_L2_TIMEOUT_MS,
      consistency: environment.CACHE_CONSISTENCY,
      encryption: environment.CACHE_ENCRYPTION,
      keySecret: environment.CACHE_KEY_SECRET,
      previousKeySecrets: Object.freeze(environment.CACHE_PREVIOUS_KEY_SECRETS),
      kmsKeyArns: Object.freeze(environment.CACHE_KMS_KEY_ARNS),
    }),
    auth: Object.freeze({
      issuer: environment.AUTH_ISSUER ?? 'urn:careline:local',
      audience: environment.AUTH_AUDIENCE ?? 'careline',
      jwksUri: environment.AUTH_JWKS_URI,
    }),
    rateLimitPerMinute: environment.RATE_LIMIT_PER_MINUTE,
    emfNamespace: environment.METRICS_EMF,
    logLevel: environment.LOG_LEVEL,
  });
}
