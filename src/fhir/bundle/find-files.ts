import type { Stats } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { toFileFailure } from './byte-source.js';
import { FileFailure } from './file-failure.js';

const BUNDLE_NAME = /\.json(\.gz)?$/i;

/** A file to import, or a path that leads to none and why. */
export interface FoundFile {
  readonly path: string;
  readonly failure?: FileFailure;
}

/**
 * The files that `paths` name, in their order: a file as it is, a folder with everything below it that is called
 * `*.json` or `*.json.gz`, sorted by name. Symbolic links are followed, but no folder is entered twice.
 */
export async function* findFiles(paths: readonly string[]): AsyncGenerator<FoundFile> {
  const entered = new Set<string>();
  for (const path of paths) yield* walk(path, entered, true);
}

async function* walk(path: string, entered: Set<string>, named: boolean): AsyncGenerator<FoundFile> {
  let names: string[];
  try {
    const stats = await statNamed(path, named);
    if (stats === undefined) return;
    if (!stats.isDirectory()) {
      yield { path };
      return;
    }
    const identity = `${stats.dev}:${stats.ino}`;
    if (entered.has(identity)) return;
    entered.add(identity);
    names = (await readdir(path)).sort();
  } catch (error) {
    const failure = toFileFailure(error);
    if (!(failure instanceof FileFailure)) throw error;
    yield { path, failure };
    return;
  }
  for (const name of names) yield* walk(join(path, name), entered, false);
}

/** Undefined: an entry of a folder that is nothing to import. */
async function statNamed(path: string, named: boolean): Promise<Stats | undefined> {
  const wanted = named || BUNDLE_NAME.test(path);
  try {
    const stats = await stat(path);
    return wanted || stats.isDirectory() ? stats : undefined;
  } catch (error) {
    // A dangling link called README is no more of interest than a README.
    if (wanted) throw error;
    return undefined;
  }
}
