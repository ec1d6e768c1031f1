import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readKeeperAddress, readRecord, writeRecord } from './state-file.js';

describe('the record of an engine', () => {
  let home: string;

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'careline-record-'));
  });
  afterEach(() => rmSync(home, { recursive: true }));

  it('is read as it was written, is private, and leaves no other file', () => {
    const record = { keeper: { pid: 42, port: 1024, token: 'abc' }, enginePort: 20_000 };

    writeRecord(home, record);

    expect(readRecord(home)).toEqual(record);
    expect(readKeeperAddress(home)).toEqual(record.keeper);
    expect(readdirSync(home)).toEqual(['keeper.json']);
    expect(statSync(join(home, 'keeper.json')).mode & 0o077).toBe(0);
  });

  it('is absent in a new folder', () => {
    expect(readRecord(home)).toBe('absent');
    expect(readKeeperAddress(home)).toBeUndefined();
  });

  it.each([
    ['', 'nothing'],
    ['{"keeper": {"pid"', 'half of it'],
    ['[]garbage', 'garbage'],
    ['null', 'null'],
    ['{"enginePort": 0}', 'a port of 0'],
    ['{"enginePort": 70000}', 'a port above 65535'],
    ['{"enginePort": "20000"}', 'a port as text'],
    ['{"keeper": {"pid": 1, "port": 1}}', 'a keeper without token'],
    ['{"keeper": {"pid": 1.5, "port": 1, "token": "t"}}', 'a broken pid'],
  ])('%s is damaged: %s', (text) => {
    writeFileSync(join(home, 'keeper.json'), text);

    expect(readRecord(home)).toBe('damaged');
    expect(readKeeperAddress(home)).toBeUndefined();
  });
});
