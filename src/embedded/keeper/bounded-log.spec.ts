import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BoundedLog } from './bounded-log.js';

describe('BoundedLog', () => {
  let path: string;

  beforeEach(() => {
    path = join(mkdtempSync(join(tmpdir(), 'careline-log-')), 'engine.log');
  });
  afterEach(() => rmSync(join(path, '..'), { recursive: true }));

  it('begins anew, keeps what others append, and adds at the end', () => {
    writeFileSync(path, 'of an earlier run\n');
    const log = new BoundedLog(path);

    log.write('one\n');
    appendFileSync(path, 'other\n');
    log.write(Buffer.from('two\n'));

    expect(readFileSync(path, 'utf8')).toBe('one\nother\ntwo\n');
  });

  it('never holds more than its limit, and always the last output', () => {
    const log = new BoundedLog(path, 100);

    for (let i = 0; i < 50; i += 1) {
      log.write(`line ${i} ${'.'.repeat(20)}\n`);
      expect(readFileSync(path).length).toBeLessThanOrEqual(100);
    }

    expect(readFileSync(path, 'utf8')).toContain('line 49');
  });
});
