// Builds `dist` when a source is newer than the last build, so that `npm start` never runs old code.
import { spawnSync } from 'node:child_process';
import { readdirSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';

const INPUTS = [
  'src',
  'tools/dax-local/src',
  'prisma',
  'package.json',
  'tsconfig.json',
  'tsconfig.build.json',
  'prisma.config.ts',
];
const MARK = join('dist', '.tsbuildinfo');

function newest(path) {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined || path.includes(join('prisma', 'generated'))) return 0;
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}

const builtAt = statSync(MARK, { throwIfNoEntry: false })?.mtimeMs ?? 0;
if (Math.max(...INPUTS.map(newest)) > builtAt) {
  const build = spawnSync('npm', ['run', '--silent', 'build'], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  process.exitCode = build.status ?? 1;
  if (build.status === 0) utimesSync(MARK, new Date(), new Date());
}
