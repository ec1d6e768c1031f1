import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Stack } from 'aws-cdk-lib';
import {
  COMBINATIONS,
  SERVERLESS,
  nameOf,
  settingsOf,
  synthesise,
  synthesiseNow,
} from './support/synthesis.ts';

describe('rule packs', () => {
  for (const combination of COMBINATIONS) {
    it(`${nameOf(combination)}: AwsSolutions and HIPAA.Security have no finding that is not acknowledged with a reason`, () => {
      const { reports } = synthesise(combination);
      for (const pack of ['AwsSolutions', 'HIPAA.Security']) {
        const report = reports.find(({ pluginName }) => pluginName === pack);
        assert.equal(report?.conclusion, 'success', pack);
        assert.deepEqual(report.violations, []);
        const acknowledged = report.suppressedViolations ?? [];
        assert.ok(acknowledged.length > 0, `${pack} looked at nothing`);
        for (const { ruleName, reason } of acknowledged) {
          assert.match(reason, /^[A-Z].{40,}\.$/, ruleName);
        }
      }
    });
  }

  it('a finding without an acknowledgement ends the synthesis', () => {
    assert.throws(
      () =>
        synthesiseNow(settingsOf(SERVERLESS), false, (app) => new Bucket(new Stack(app, 'Careless'), 'Open')),
      /Validation failed/,
    );
  });
});
