import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { Statement } from './support/policies.ts';
import { INFRA_DIR, REGION, STANDBY_REGION } from './support/synthesis.ts';

const text = readFileSync(join(INFRA_DIR, 'policies/service-control-policy.json'), 'utf8');
const policy = JSON.parse(text) as { Version: string; Statement: Statement[] };
const bySid = (sid: string) => policy.Statement.find((statement) => statement.Sid === sid);

describe('the example of a service control policy', () => {
  it('has the form that AWS Organizations takes: at most 5,120 characters, denials, no principal', () => {
    assert.ok(JSON.stringify(policy).length <= 5_120);
    assert.equal(policy.Version, '2012-10-17');
    for (const statement of policy.Statement) {
      assert.equal(statement.Effect, 'Deny');
      assert.equal(statement.Principal, undefined);
      assert.ok(statement.Action !== undefined || statement.NotAction !== undefined);
      assert.ok(statement.Resource !== undefined);
    }
  });

  it('denies the deletion of both tables in every region', () => {
    const { Action, Resource } = bySid('KeepTables') ?? {};
    assert.ok((Action as string[]).includes('dynamodb:DeleteTable'));
    for (const table of ['cache-*', 'messages-*']) {
      assert.ok((Resource as string[]).includes(`arn:aws:dynamodb:*:*:table/${table}`));
    }
  });

  it('denies other regions, but for what AWS has in one place only', () => {
    const statement = bySid('OnlyOurRegions');
    assert.deepEqual(statement?.Condition, {
      StringNotEquals: { 'aws:RequestedRegion': [REGION, STANDBY_REGION] },
    });
    assert.ok((statement.NotAction as string[]).includes('iam:*'));
    assert.ok(!(statement.NotAction as string[]).some((action) => action.startsWith('dynamodb')));
  });
});
