import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { buildApp } from '../../lib/build-app.ts';
import { readSettings, type Settings } from '../../lib/settings.ts';

export const INFRA_DIR = join(import.meta.dirname, '../..');

export interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
}

export interface Found {
  readonly stack: string;
  readonly logicalId: string;
  readonly resource: Resource;
}

export interface Output {
  readonly stack: string;
  readonly logicalId: string;
  readonly value: unknown;
}

interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs?: Readonly<Record<string, { readonly Value: unknown }>>;
}

interface Suppressed {
  readonly ruleName: string;
  readonly reason: string;
  readonly acknowledgedAt: string;
}

export interface PluginReport {
  readonly pluginName: string;
  readonly conclusion: string;
  readonly violations: readonly { readonly ruleName: string }[];
  readonly suppressedViolations?: readonly Suppressed[];
}

export interface StackInfo {
  readonly name: string;
  readonly region: string;
  /** Names of the stacks that must be deployed before it. */
  readonly after: readonly string[];
}

/** What came out of one synthesis, which has passed both rule packs. */
export interface Synthesis {
  readonly settings: Settings;
  /** Of all stacks. */
  readonly resources: readonly Found[];
  readonly outputs: readonly Output[];
  readonly stacks: readonly StackInfo[];
  readonly reports: readonly PluginReport[];
}

export const REGION = 'eu-central-1';
export const STANDBY_REGION = 'eu-west-1';
export const ACCOUNT = '111122223333';
const CONTEXT = {
  account: ACCOUNT,
  regions: REGION,
  imageDigest: `sha256:${'a'.repeat(64)}`,
  certificateArn: `arn:aws:acm:${REGION}:${ACCOUNT}:certificate/0a1b2c3d`,
  bundles: 'test/fixtures/bundles',
  alarmEmail: 'on-call@example.org',
};

export interface Combination {
  readonly compute: 'fargate' | 'lambda';
  readonly dax: boolean;
  readonly regions: 1 | 2;
}

export const COMBINATIONS: readonly Combination[] = (['fargate', 'lambda'] as const).flatMap((compute) =>
  [false, true].flatMap((dax) => ([1, 2] as const).map((regions) => ({ compute, dax, regions }))),
);
export const LARGEST: Combination = { compute: 'fargate', dax: true, regions: 2 };
export const SERVERLESS: Combination = { compute: 'lambda', dax: false, regions: 1 };

export function nameOf({ compute, dax, regions }: Combination): string {
  return `${compute}, ${dax ? 'with' : 'without'} DAX, ${regions} region${regions === 1 ? '' : 's'}`;
}

export function settingsOf({ compute, dax, regions }: Combination): Settings {
  const context: Record<string, unknown> = {
    ...CONTEXT,
    compute,
    dax: String(dax),
    regions: regions === 2 ? `${REGION},${STANDBY_REGION}` : REGION,
  };
  return readSettings((name) => context[name], INFRA_DIR);
}

const done = new Map<string, Synthesis>();

/** Synthesises as `cdk synth` does, once for each combination. @throws when a rule pack has a finding */
export function synthesise(combination: Combination): Synthesis {
  const name = nameOf(combination);
  const known = done.get(name) ?? synthesiseNow(settingsOf(combination), checksSchema(combination));
  done.set(name, known);
  return known;
}

/** Schemas of CloudFormation take seconds a synthesis: the two that have every resource between them are enough. */
function checksSchema(combination: Combination): boolean {
  return [LARGEST, SERVERLESS].some((one) => nameOf(one) === nameOf(combination));
}

export function synthesiseNow(
  settings: Settings,
  checkSchema: boolean,
  change: (app: App) => void = () => undefined,
): Synthesis {
  const outdir = mkdtempSync(join(tmpdir(), 'careline-infra-'));
  try {
    const { context } = JSON.parse(readFileSync(join(INFRA_DIR, 'cdk.json'), 'utf8')) as {
      context: Record<string, unknown>;
    };
    const app = new App({ outdir, context, builtinCloudFormationValidation: checkSchema });
    buildApp(app, settings);
    change(app);
    const { stacks } = app.synth();
    const resources = stacks.flatMap(({ stackName, template }) =>
      Object.entries((template as Template).Resources).map(([logicalId, resource]) => ({
        stack: stackName,
        logicalId,
        resource,
      })),
    );
    const outputs = stacks.flatMap(({ stackName, template }) =>
      Object.entries((template as Template).Outputs ?? {}).map(([logicalId, { Value }]) => ({
        stack: stackName,
        logicalId,
        value: Value,
      })),
    );
    const report = JSON.parse(readFileSync(join(outdir, 'validation-report.json'), 'utf8')) as {
      pluginReports: PluginReport[];
    };
    return {
      settings,
      resources,
      outputs,
      stacks: stacks.map(({ stackName, environment, dependencies }) => ({
        name: stackName,
        region: environment.region,
        after: dependencies
          .flatMap(({ id }) => stacks.filter((one) => one.id === id))
          .map((one) => one.stackName),
      })),
      reports: report.pluginReports,
    };
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

export function ofType({ resources }: Synthesis, type: string): readonly Found[] {
  return resources.filter(({ resource }) => resource.Type === type);
}

/** The one resource of a type. @throws when there are none or several */
export function only(synthesis: Synthesis, type: string): Readonly<Record<string, unknown>> {
  const found = ofType(synthesis, type);
  if (found.length !== 1) throw new Error(`${found.length} resources of type ${type}`);
  return found[0]?.resource.Properties ?? {};
}

/** What another stack's output holds, of `reference` as it stands in a template. @throws when it is no reference, or dangles */
export function referred({ outputs }: Synthesis, reference: unknown): unknown {
  const { StackName, OutputName } =
    (reference as { 'Fn::GetStackOutput'?: Record<string, unknown> } | undefined)?.['Fn::GetStackOutput'] ??
    {};
  const found = outputs.find(({ stack, logicalId }) => stack === StackName && logicalId === OutputName);
  if (found === undefined) throw new Error(`${JSON.stringify(reference)} is no output of another stack`);
  return found.value;
}
