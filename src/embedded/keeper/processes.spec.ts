import { exists, listProcesses, parseLines } from './processes.js';

describe('listProcesses', () => {
  it('finds this process, its program and its command line', async () => {
    const own = (await listProcesses()).find(({ pid }) => pid === process.pid);

    expect(own?.executable).toMatch(/^node/);
    expect(own?.commandLine).toContain('jest');
  });
});

describe('parseLines', () => {
  it.each([
    ['  7 /opt/pg/bin/postgres -D /data -c a=b', 'postgres'],
    ['7 /a folder/bin/postgres -D /data', 'postgres'],
    ['7 "C:\\Program Files\\pg\\bin\\postgres.exe" -D C:\\data', 'postgres'],
    ['7 java -Dcareline.engine=x -cp y', 'java'],
    ['7 /sbin/launchd', 'launchd'],
  ])('%s is the program %s', (line, executable) => {
    expect(parseLines(line)).toEqual([expect.objectContaining({ pid: 7, executable })]);
  });

  it('passes over lines without a command', () => {
    expect(parseLines('\n  12 \r\nheader\n')).toEqual([]);
  });
});

describe('exists', () => {
  it('is true for processes of this and of other users, and false for a pid that nobody has', () => {
    expect(exists(process.pid)).toBe(true);
    expect(exists(1)).toBe(true);
    // Above the highest pid of every system.
    expect(exists(2 ** 30)).toBe(false);
  });
});
