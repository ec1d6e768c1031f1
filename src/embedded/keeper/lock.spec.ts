import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { takeLock } from './lock.js';

describe('takeLock', () => {
  let home: string;

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'careline-lock-'));
  });
  afterEach(() => rmSync(home, { recursive: true }));

  it('is taken once until it is released, and writes nothing', () => {
    const lock = takeLock(home);

    expect(lock).toBeDefined();
    expect(takeLock(home)).toBeUndefined();
    expect(readdirSync(home)).toEqual(['keeper.lock']);
    expect(readFileSync(join(home, 'keeper.lock'))).toHaveLength(0);

    lock?.release();
    const next = takeLock(home);
    expect(next).toBeDefined();
    next?.release();
  });

  it('works where the file was filled by something else', () => {
    writeFileSync(join(home, 'keeper.lock'), 'no database '.repeat(500));

    const lock = takeLock(home);

    expect(lock).toBeDefined();
    expect(takeLock(home)).toBeUndefined();
    lock?.release();
  });

  it('fails in a folder that does not exist', () => {
    expect(() => takeLock(join(home, 'missing'))).toThrow();
  });
});
