#!/usr/bin/env node
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { DaxLocal } from './server/dax-local.js';
import { readArguments, USAGE } from './command-line.js';
import { stopOnSignals } from './stop-on-signals.js';

/** `dax-local`: runs until it is told to end. */
async function main(): Promise<void> {
  const options = readArguments(process.argv.slice(2));
  if (options === 'help') {
    console.log(USAGE);
    return;
  }
  const log = (line: string): void => console.log(`${new Date().toISOString()} ${line}`);
  const dax = await DaxLocal.start({ ...options, log });
  log(`dax-local listens on ${dax.endpoint}, nodes on ports ${dax.ports.join(', ')}`);
  if (options.tls === true && options.dataDir !== undefined && dax.certificate !== undefined) {
    const file = resolve(options.dataDir, 'certificate.pem');
    await writeFile(file, dax.certificate);
    log(`clients have to trust ${file}: NODE_EXTRA_CA_CERTS=${file}`);
  }
  stopOnSignals(() => dax.stop());
}

main().catch((error: unknown) => {
  console.error(`dax-local: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
