import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { basename, join, resolve } from 'node:path';
import { EngineError } from '../engine-error.js';
import type { EnginePlace, EngineSpec, Launch } from '../engine-spec.js';

/** A package of its own, beside the built service. */
const PROGRAM = resolve(import.meta.dirname, '../../../tools/dax-local/dist/main.js');

/** dax-local, in front of the DynamoDB of option `dynamodbEndpoint`. */
export const engine: EngineSpec = {
  title: 'dax-local',
  executables: [basename(process.execPath).replace(/\.exe$/i, '')],
  stopSignal: 'SIGTERM',
  passingFault: /EADDRINUSE/,
  prepare,
};

function prepare(place: EnginePlace): Promise<Launch> {
  const endpoint = place.options['dynamodbEndpoint'];
  if (typeof endpoint !== 'string') throw new EngineError('dax-local needs a DynamoDB, and there is none');
  if (!existsSync(PROGRAM)) throw new EngineError('dax-local is not built: run "npm run build"');
  const args = [
    ...[PROGRAM, '--port', String(place.port), '--dynamodb-endpoint', endpoint],
    // The marker, by which a left-over process is known.
    ...['--data-dir', join(place.home, place.marker)],
  ];
  return Promise.resolve({
    command: process.execPath,
    args,
    address: `dax://127.0.0.1:${place.port}`,
    isReady: () => accepts(place.port),
  });
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolved) => {
    const socket = connect(port, '127.0.0.1');
    const answer = (isReady: boolean) => (): void => {
      socket.destroy();
      resolved(isReady);
    };
    socket.once('connect', answer(true)).once('error', answer(false));
  });
}
