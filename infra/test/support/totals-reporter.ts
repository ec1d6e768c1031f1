import type { TestEvent } from 'node:test/reporters';

/** Writes the totals of a run in the fields of Jest's JSON report, so that `.ci/run` adds them up with Jest's. */
export default async function* totals(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  for await (const event of source) {
    if (event.type !== 'test:summary' || event.data.file !== undefined) continue;
    const { tests, passed, skipped, todo } = event.data.counts;
    yield JSON.stringify({
      numPassedTests: passed,
      numFailedTests: tests - passed - skipped - todo,
      numRuntimeErrorTestSuites: 0,
    });
  }
}
