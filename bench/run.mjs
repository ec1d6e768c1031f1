// Runs every benchmark of this folder, one after the other, each in a process of its own, and puts its tables and plots
// into docs. Usage: npm run bench [-- <name>…] (builds first); node bench/<name>.mjs only prints. A new file here is a new
// benchmark.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { formatPage } from './support/docs.mjs';

const all = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.mjs') && file !== 'run.mjs')
  .map((file) => file.slice(0, -'.mjs'.length))
  .sort();
const wanted = process.argv.length > 2 ? process.argv.slice(2) : all;
const unknown = wanted.filter((name) => !all.includes(name));
if (unknown.length > 0) throw new Error(`No benchmark ${unknown.join(', ')}: there are ${all.join(', ')}.`);

for (const name of wanted) {
  const began = performance.now();
  const child = spawn(process.execPath, [join(import.meta.dirname, `${name}.mjs`)], {
    stdio: 'inherit',
    env: { ...process.env, BENCH_DOCS: 'write' },
  });
  const [code] = await once(child, 'exit');
  if (code !== 0) process.exitCode = 1;
  const seconds = Math.round((performance.now() - began) / 1000);
  console.log(`\n(${name}: ${code === 0 ? '' : 'FAILED, '}${seconds} s)`);
}
await formatPage();
