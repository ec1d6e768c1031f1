import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFiles } from './find-files.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'careline-find-'));
  mkdirSync(join(folder, 'b', 'deep'), { recursive: true });
  for (const name of ['z.json', 'a.json.gz', 'b/deep/c.JSON', 'README.md', 'b/data.ndjson']) {
    writeFileSync(join(folder, name), '');
  }
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function found(...paths: string[]): Promise<string[]> {
  const files: string[] = [];
  for await (const { path, failure } of findFiles(paths)) {
    files.push(path.replace(`${folder}/`, '') + (failure === undefined ? '' : `: ${failure.reason}`));
  }
  return files;
}

describe('findFiles', () => {
  it('a folder gives the bundles below it, sorted', async () => {
    expect(await found(folder)).toEqual(['a.json.gz', 'b/deep/c.JSON', 'z.json']);
  });

  it('a path that is named is taken whatever it is called, in the order given', async () => {
    const [notes, last] = [join(folder, 'README.md'), join(folder, 'z.json')];

    expect(await found(last, notes)).toEqual(['z.json', 'README.md']);
  });

  it('links that lead back up end, and a folder that is reached twice is entered once', async () => {
    symlinkSync('..', join(folder, 'b', 'up'));
    symlinkSync('b', join(folder, 'again'));
    symlinkSync('self.json', join(folder, 'self.json'));

    expect(await found(folder, folder)).toEqual([
      'a.json.gz',
      'again/deep/c.JSON',
      'self.json: a symbolic link that leads to itself',
      'z.json',
    ]);
  });

  it('what is not there is named, unless a folder has it under a name that is not asked for', async () => {
    symlinkSync('nowhere', join(folder, 'lost.json'));
    symlinkSync('nowhere', join(folder, 'lost.txt'));

    expect(await found(join(folder, 'absent'), folder)).toEqual([
      'absent: there is no such file',
      'a.json.gz',
      'b/deep/c.JSON',
      'lost.json: there is no such file',
      'z.json',
    ]);
  });

  it('a folder that may not be read is named; root may read everything', async () => {
    const isRoot = process.getuid?.() === 0;
    const everything = await found(folder);
    chmodSync(join(folder, 'b'), 0);
    try {
      expect(await found(folder)).toEqual(
        isRoot ? everything : ['a.json.gz', 'b: permission denied', 'z.json'],
      );
    } finally {
      chmodSync(join(folder, 'b'), 0o755);
    }
  });
});
