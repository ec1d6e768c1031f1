// Runs every benchmark of this folder, one after the other, each in a process of its own.
// Usage: npm run bench [-- <name>…] (builds first), or node bench/<name>.mjs alone. A new file here is a new benchmark.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';

const all = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.mjs') && file !== 'run.mjs')
  .map((file) => file.slice(0, -'.mjs'.length))
  .sort();
const wanted = process.argv.length > 2 ? process.argv.slice(2) : all;
const unknown = wanted.filter((name) => !all.includes(name));
if (unknown.length > 0) throw new Error(`No benchmark ${unknown.join(', ')}: there are ${all.join(', ')}.`);

for (const name of wanted) {
  const began = performance.now();
  const child = spawn(process.execPath, [join(import.meta.dirname, `${name}.mjs`)], { stdio: 'inherit' });
  const [code] = await once(child, 'exit');
  if (code !== 0) process.exitCode = 1;
  const seconds = Math.round((performance.now() - began) / 1000);
  console.log(`\n(${name}: ${code === 0 ? '' : 'FAILED, '}${seconds} s)`);
}
