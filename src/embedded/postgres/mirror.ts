import {
  chmodSync,
  constants,
  copyFileSync,
  lstatSync,
  readdirSync,
  readlinkSync,
  renameSync,
  symlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { makeOpenFolder } from './location.js';

/**
 * Copies the folder `from` to `to`, readable for everybody. Files that are there already in the right size are kept, so
 * that a copy is made once, and one that was interrupted or partly cleared is completed. Several processes may do so at
 * the same time.
 */
export function mirror(from: string, to: string): void {
  makeOpenFolder(to);
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) mirror(source, target);
    else if (lstatSync(target, { throwIfNoEntry: false })?.size !== lstatSync(source).size) {
      const partial = `${target}.${process.pid}`;
      copyEntry(source, partial);
      renameSync(partial, target);
    }
  }
}

function copyEntry(source: string, target: string): void {
  const { mode } = lstatSync(source);
  if (lstatSync(source).isSymbolicLink()) return symlinkSync(readlinkSync(source), target);
  copyFileSync(source, target, constants.COPYFILE_FICLONE);
  chmodSync(target, mode & 0o100 ? 0o755 : 0o644);
}
