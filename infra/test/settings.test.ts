import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readSettings } from '../lib/settings.ts';
import { ACCOUNT, INFRA_DIR, REGION } from './support/synthesis.ts';

const GOOD: Record<string, unknown> = {
  account: ACCOUNT,
  regions: REGION,
  imageDigest: `sha256:${'0'.repeat(64)}`,
  compute: 'lambda',
  bundles: 'test/fixtures/bundles',
};
const read = (change: Record<string, unknown>) => {
  const context = { ...GOOD, ...change };
  return readSettings((name) => context[name], INFRA_DIR);
};

describe('readSettings', () => {
  it('fills in what has a safe default', () => {
    const settings = read({});
    assert.equal(settings.stage, 'production');
    assert.equal(settings.dax, false);
    assert.equal(settings.standbyRegion, undefined);
  });

  it('names everything that is missing', () => {
    assert.throws(
      () => readSettings(() => undefined, INFRA_DIR),
      /account is missing[^]*regions is missing[^]*imageDigest is missing/,
    );
  });

  it('a Lambda bundle that was not built: names the file', () => {
    assert.throws(() => read({ bundles: 'nowhere' }), /nowhere\/messaging-stream\/index\.mjs is not there/);
    assert.throws(() => read({ bundles: 'nowhere' }), /nowhere\/http\/index\.mjs is not there/);
  });

  it('fargate without a certificate is refused', () => {
    assert.throws(() => read({ compute: 'fargate' }), /certificateArn is missing/);
  });

  it('a stage fits the names of DAX: 20 characters with careline-, no hyphen doubled or last', () => {
    for (const stage of ['qa', 'production', 'staging-eu1', 'a-b-c']) {
      assert.equal(read({ stage }).stage, stage);
    }
    for (const stage of ['staging-euro', 'a--b', 'staging-', '-a', '1a', 'x']) {
      assert.throws(() => read({ stage }), /stage must be .*2 to 11 of a-z 0-9 and single hyphens/, stage);
    }
  });

  for (const [name, value] of [
    ['account', '12'],
    ['regions', `${REGION},${REGION}`],
    ['regions', 'mars'],
    ['regions', `${REGION},eu-west-1,us-east-1`],
    ['compute', 'ec2'],
    ['dax', 'maybe'],
    ['imageDigest', 'latest'],
    ['stage', 'Prod!'],
    ['alarmEmail', 'nobody'],
  ] as const) {
    it(`${name}=${value} is refused by name`, () => {
      assert.throws(() => read({ [name]: value }), new RegExp(`${name}`));
    });
  }
});
