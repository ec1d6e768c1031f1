// A process that uses an engine, as a service does. Its lines on standard output are JSON; it obeys standard input.
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const { built, engine, dataDir, options } = JSON.parse(process.argv[2]);
const { EngineHold } = await import(pathToFileURL(join(built, 'engine-hold.js')).href);
const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);

// Like a service that finishes its requests after a Ctrl-C.
process.on('SIGINT', () => say({ line: 'interrupted' }));

try {
  const hold = await EngineHold.acquire(engine, { dataDir, options, log: (line) => say({ line }) });
  say({ address: hold.address });
  for await (const command of createInterface({ input: process.stdin })) {
    if (command === 'state') say({ state: hold.state });
    if (command === 'exit') process.exit(0);
    if (command === 'release') {
      await hold.release();
      say({ released: true });
      process.exit(0);
    }
  }
} catch (error) {
  say({ fault: { name: error.name, message: error.message } });
  process.exit(1);
}
