import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** What `-c name=value` may say. Everything that has no safe default is required, and asked for by name. */
export interface Settings {
  /** Part of every name, such as `production`. */
  readonly stage: string;
  readonly account: string;
  readonly region: string;
  /** Where copies of the data are kept; absent: nowhere. */
  readonly standbyRegion: string | undefined;
  readonly compute: 'fargate' | 'lambda';
  readonly dax: boolean;
  /** The service's image in ECR, by digest: what was tested is what runs. */
  readonly imageRepository: string;
  readonly imageDigest: string;
  /** The certificate of the load balancer; absent with Lambda. */
  readonly certificateArn: string | undefined;
  /** Folders with an `index.mjs` that exports `handler`. */
  readonly streamBundle: string;
  readonly httpBundle: string | undefined;
  /** Who hears of alarms; absent: subscribe to the topic by hand. */
  readonly alarmEmail: string | undefined;
}

export class SettingsError extends Error {
  override readonly name = 'SettingsError';

  constructor(problems: readonly string[]) {
    super(`The context is wrong:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
  }
}

const REGION = /^[a-z]{2}(-[a-z]+)+-\d$/;
/**
 * A DAX cluster's name is the strictest: 20 characters with `careline-`, and a hyphen neither doubled nor last.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_dax_CreateCluster.html
 */
const STAGE = /^(?=.{2,11}$)[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const FORMS = {
  stage: [
    STAGE,
    'a name such as production: 2 to 11 of a-z 0-9 and single hyphens, a letter first and no hyphen last',
  ],
  account: [/^\d{12}$/, 'the 12 digits of an AWS account'],
  regions: [/^[a-z0-9-]+(,[a-z0-9-]+)?$/, 'one region, or two separated by a comma'],
  compute: [/^(fargate|lambda)$/, 'fargate or lambda'],
  dax: [/^(true|false)$/, 'true or false'],
  imageRepository: [/^[a-z0-9][a-z0-9/_.-]{1,255}$/, 'the name of an ECR repository'],
  imageDigest: [/^sha256:[0-9a-f]{64}$/, 'the digest of the pushed image, sha256:…'],
  certificateArn: [/^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate\/[\w-]+$/, 'the ARN of a certificate'],
  bundles: [/./, 'the folder of the Lambda bundles'],
  alarmEmail: [/^[^@\s]+@[^@\s]+$/, 'an e-mail address'],
} as const satisfies Record<string, readonly [form: RegExp, what: string]>;

type Name = keyof typeof FORMS;
const DEFAULTS: Partial<Record<Name, string>> = {
  stage: 'production',
  compute: 'fargate',
  dax: 'false',
  imageRepository: 'careline',
  bundles: '../dist-lambda',
};
const OPTIONAL = new Set<Name>(['alarmEmail', 'certificateArn']);

/**
 * Reads the context.
 * @param context answers what was given for a name, if anything
 * @param baseDir what relative folders are relative to
 * @throws {SettingsError} naming everything that is missing or malformed, and bundles that are not there
 */
export function readSettings(context: (name: string) => unknown, baseDir: string): Settings {
  const problems: string[] = [];
  const given = Object.fromEntries(
    Object.keys(FORMS).map((name) => [name, read(name as Name, context, problems)]),
  ) as Record<Name, string>;
  const [region = '', standbyRegion] = given.regions.split(',');
  for (const name of [region, standbyRegion]) {
    if (name !== undefined && name !== '' && !REGION.test(name))
      problems.push(`regions: ${name} is no region`);
  }
  if (region === standbyRegion) problems.push('regions: the two must differ');
  const fargate = given.compute === 'fargate';
  if (fargate && given.certificateArn === '') {
    problems.push('certificateArn is missing: fargate needs a certificate for its load balancer');
  }
  const bundle = (folder: string) => bundleFolder(resolve(baseDir, given.bundles, folder), problems);
  const streamBundle = bundle('messaging-stream');
  const httpBundle = fargate ? undefined : bundle('http');
  if (problems.length > 0) throw new SettingsError(problems);
  return {
    ...given,
    region,
    standbyRegion,
    compute: given.compute as Settings['compute'],
    dax: given.dax === 'true',
    certificateArn: fargate ? given.certificateArn : undefined,
    streamBundle,
    httpBundle,
    alarmEmail: given.alarmEmail === '' ? undefined : given.alarmEmail,
  };
}

function read(name: Name, context: (name: string) => unknown, problems: string[]): string {
  const value = context(name) ?? DEFAULTS[name] ?? '';
  const text = typeof value === 'string' || typeof value === 'boolean' ? String(value) : '';
  const [form, what] = FORMS[name];
  if (text === '' && !OPTIONAL.has(name)) problems.push(`${name} is missing: give -c ${name}=<${what}>`);
  else if (text !== '' && !form.test(text)) problems.push(`${name} must be ${what}`);
  return text;
}

/** Nothing is deployed in the place of a bundle that was not built. */
function bundleFolder(folder: string, problems: string[]): string {
  if (!existsSync(join(folder, 'index.mjs'))) {
    problems.push(`bundles: ${join(folder, 'index.mjs')} is not there: build the Lambda bundles first`);
  }
  return folder;
}
