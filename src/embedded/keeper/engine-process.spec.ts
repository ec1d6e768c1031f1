import { lastLine } from './engine-process.js';

describe('lastLine', () => {
  it.each([
    ['', ''],
    ['one\ntwo\n\n', 'two'],
    [
      '2026-01-01 UTC [7] FATAL:  lock file exists\n2026-01-01 UTC [7] HINT:  Is another one running?\n',
      'lock file exists',
    ],
    [
      'initdb: error: could not create directory\ninitdb: removing\n',
      'initdb: error: could not create directory',
    ],
    ['ERROR: first\nERROR: second\n', 'second'],
  ])('of %j is %j', (output, line) => {
    expect(lastLine(output)).toBe(line);
  });

  it('is never longer than a line can be', () => {
    expect(lastLine('x'.repeat(10_000))).toHaveLength(300);
  });
});
