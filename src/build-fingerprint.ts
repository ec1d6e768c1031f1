import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const LENGTH = 10;

/**
 * Names the code that runs: a hash over its files. Whatever a release changes in a response, it reads no entries that
 * another release stored.
 */
export function buildFingerprint(folder: string = import.meta.dirname): string {
  const hash = createHash('sha256');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\.m?[jt]s$/.test(name),
  );
  for (const name of files.sort())
    hash
      .update(name)
      .update('\0')
      .update(readFileSync(join(folder, name)));
  return hash.digest('base64url').slice(0, LENGTH);
}
