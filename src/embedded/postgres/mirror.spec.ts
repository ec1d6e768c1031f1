import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canReach } from './account.js';
import { makeOpenFolder } from './location.js';
import { mirror } from './mirror.js';

const NOBODY = { uid: 65_534, gid: 65_534 };

describe('mirror and canReach', () => {
  let root: string;
  let source: string;
  let copy: string;

  beforeEach(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'careline-mirror-')));
    chmodSync(root, 0o755);
    source = join(root, 'source');
    copy = join(root, 'copy');
    mkdirSync(join(source, 'bin'), { recursive: true, mode: 0o700 });
    writeFileSync(join(source, 'bin', 'program'), '#!/bin/sh\n', { mode: 0o700 });
    writeFileSync(join(source, 'text'), 'text', { mode: 0o600 });
    symlinkSync('text', join(source, 'link'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it('copies files, links and folders so that everybody can use them, whatever the modes of the source', () => {
    mirror(source, copy);

    expect(readFileSync(join(copy, 'text'), 'utf8')).toBe('text');
    expect(readlinkSync(join(copy, 'link'))).toBe('text');
    expect(statSync(join(copy, 'bin', 'program')).mode & 0o777).toBe(0o755);
    expect(statSync(join(copy, 'text')).mode & 0o777).toBe(0o644);
    expect(canReach(join(source, 'text'), NOBODY)).toBe(false);
    expect(canReach(join(copy, 'text'), NOBODY)).toBe(true);
  });

  it('completes a copy that lacks files or has half of one, and leaves the rest alone', () => {
    mirror(source, copy);
    rmSync(join(copy, 'link'));
    writeFileSync(join(copy, 'text'), 'te');
    const past = new Date(0);
    utimesSync(join(copy, 'bin', 'program'), past, past);

    mirror(source, copy);

    expect(readFileSync(join(copy, 'text'), 'utf8')).toBe('text');
    expect(readlinkSync(join(copy, 'link'))).toBe('text');
    expect(statSync(join(copy, 'bin', 'program')).mtime).toEqual(past);
  });

  it('nobody reaches a readable file under a closed folder, nor a file that is not there', () => {
    chmodSync(join(source, 'text'), 0o644);
    chmodSync(source, 0o755);
    expect(canReach(join(source, 'text'), NOBODY)).toBe(true);

    chmodSync(root, 0o700);

    expect(canReach(join(source, 'text'), NOBODY)).toBe(false);
    expect(canReach(join(root, 'missing'), NOBODY)).toBe(false);
  });

  it('a link is not taken for an open folder', () => {
    const link = join(root, 'alias');
    symlinkSync(source, link);

    expect(() => makeOpenFolder(link)).toThrow(`${link} belongs to somebody else: remove it`);
  });
});
