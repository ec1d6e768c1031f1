import { jest } from '@jest/globals';
import { LineBatches } from './line-batches.js';

const OPTIONS = { maxCharacters: 10, maxWaitMs: 100 };

describe('LineBatches', () => {
  const written: string[] = [];
  let batches: LineBatches;
  beforeEach(() => {
    jest.useFakeTimers();
    written.length = 0;
    batches = new LineBatches({ write: (lines) => void written.push(lines) }, OPTIONS);
  });
  afterEach(() => jest.useRealTimers());

  it('lines are handed on together, in order, when there are enough', () => {
    for (const line of ['one\n', 'two\n', 'three\n', 'four\n']) batches.write(line);

    expect(written).toEqual(['one\ntwo\nthree\n']);
  });

  it('a line waits no longer than it may, however many come after it', () => {
    batches.write('one\n');
    jest.advanceTimersByTime(99);
    batches.write('two\n');
    expect(written).toEqual([]);
    jest.advanceTimersByTime(1);

    expect(written).toEqual(['one\ntwo\n']);
  });

  it('a flush hands on what there is, once', () => {
    batches.write('one\n');
    batches.flush();
    batches.flush();
    jest.advanceTimersByTime(100);

    expect(written).toEqual(['one\n']);
    expect(jest.getTimerCount()).toBe(0);
  });
});
