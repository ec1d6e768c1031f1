import { ImportReport } from '../import-report.js';
import { BundleDrafts } from '../mapping/bundle-drafts.js';
import { PlainProgress, ProgressBar } from './progress.js';
import { reportLines } from './report-lines.js';

const row = (created: number, updated = 0, unchanged = 0, removed = 0) => ({
  created,
  updated,
  unchanged,
  removed,
});
const COUNTS = { patients: row(1), exams: row(1_200, 30, 4), medications: row(0, 0, 7, 2) };

describe('PlainProgress', () => {
  it('a line for each file, which no name can break', () => {
    const lines: string[] = [];
    const progress = new PlainProgress((line) => lines.push(line));
    progress.started(2);
    progress.imported('a.json', COUNTS);
    progress.failed('b\n\u001b[2J.json', 'the file is empty');

    expect(lines).toEqual([
      'Importing 2 files',
      'imported a.json: 1 patient, 1234 exams, 7 medications',
      'failed   b??[2J.json: the file is empty',
    ]);
  });
});

describe('ProgressBar', () => {
  function bar(columns = 60) {
    const written: string[] = [];
    const clock = { nowMs: 0 };
    const progress = new ProgressBar({ columns, write: (text) => written.push(text) }, () => clock.nowMs);
    return { progress, written, clock };
  }

  it('is drawn over itself and never wraps', () => {
    const { progress, written, clock } = bar();
    progress.started(4);
    clock.nowMs = 1_000;
    progress.imported(`${'long'.repeat(20)}.json`);
    progress.clear();

    expect(written[0]).toBe(`\r\u001b[K${'░'.repeat(24)} 0/4 0 % `);
    expect(written[1]).toBe(
      `\r\u001b[K${'█'.repeat(6)}${'░'.repeat(18)} 1/4 25 % ${'long'.repeat(20)}`.slice(0, 4 + 59),
    );
    expect(written[2]).toBe('\r\u001b[K');
  });

  it('is not drawn more often than an eye can follow', () => {
    const { progress, written, clock } = bar();
    progress.started(100);
    for (let file = 0; file < 50; file += 1) {
      clock.nowMs += 10;
      progress.imported('a.json');
    }

    expect(written.length).toBeLessThanOrEqual(8);
  });

  it('a file that fails gets a line that stays', () => {
    const { progress, written } = bar();
    progress.started(1);
    progress.failed('a.json', 'the file is empty');

    expect(written.slice(1)).toEqual([
      '\r\u001b[Kfailed a.json: the file is empty\n',
      `\r\u001b[K${'█'.repeat(24)} 1/1 100 % a.json`,
    ]);
  });

  it('no file, or more files than were counted, is still a bar', () => {
    const { progress, written, clock } = bar();
    progress.started(0);
    clock.nowMs = 1_000;
    progress.imported('new.json');

    expect(written.map((text) => text.split('█').length - 1)).toEqual([24, 24]);
  });
});

describe('reportLines', () => {
  const drafts = new BundleDrafts();

  it('the table, and nothing else when there is nothing else to say', () => {
    const report = new ImportReport();
    report.add(COUNTS, drafts.resolve(new Set()));

    expect(reportLines(report)).toEqual([
      '',
      '               new  changed  unchanged  removed',
      'patients         1        0          0        0',
      'exams        1,200       30          4        0',
      'medications      0        0          7        2',
      '',
      'Files: 1 imported, 0 failed',
    ]);
  });

  it('what was skipped and why, the remarks, the files that failed, and why it ended', () => {
    const report = new ImportReport();
    report.skipped.add('Claim', 'not part of the record', 1_000);
    report.skipped.add('Goal', 'not part of the record', 2);
    report.skipped.add('Observation', 'no date');
    report.notes.add('Patient', 'a remark', 3);
    report.failures.push({ path: 'a\n.json', reason: 'the file is empty' });
    report.stopped = { cause: 'interrupted' };

    expect(reportLines(report).slice(6)).toEqual([
      'Files: 0 imported, 1 failed; stopped before the end: interrupted',
      '',
      'Skipped: 1,003',
      '  1,002  not part of the record',
      '           Claim 1,000, Goal 2',
      '      1  Observation: no date',
      '',
      'Imported with a remark: 3',
      '  3  Patient: a remark',
      '',
      'Failed files',
      '  a?.json: the file is empty',
    ]);
  });
});
