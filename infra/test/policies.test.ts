import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ALLOWED_WILDCARDS } from '../lib/wildcards.ts';
import { listOf, statementsOf, wildcardsOf, type PlacedStatement } from './support/policies.ts';
import { COMBINATIONS, LARGEST, nameOf, synthesise } from './support/synthesis.ts';

const withoutHash = (logicalId: string) => logicalId.replace(/[0-9A-F]{8}$/, '');

function unexplained({ logicalId, statement }: PlacedStatement): readonly string[] {
  return wildcardsOf(statement)
    .filter(
      (found) =>
        !ALLOWED_WILDCARDS.some(
          ({ resource, wildcard }) => resource.test(withoutHash(logicalId)) && wildcard.test(found),
        ),
    )
    .map((found) => `${logicalId}: ${found}`);
}

describe('wildcardsOf', () => {
  it('finds them in actions, resources and principals of an Allow, also within intrinsics', () => {
    const statement = {
      Effect: 'Allow',
      Action: ['s3:Get*', 's3:PutObject'],
      Resource: [{ 'Fn::Join': ['', ['arn:', '/*']] }],
      Principal: { AWS: '*' },
    } as const;
    assert.equal(wildcardsOf(statement).length, 3);
    assert.deepEqual(wildcardsOf({ Effect: 'Allow', NotAction: 'iam:*' }), ['NotAction']);
    assert.deepEqual(wildcardsOf({ ...statement, Effect: 'Deny' }), []);
  });
});

describe('policies', () => {
  for (const combination of COMBINATIONS) {
    it(`${nameOf(combination)}: no wildcard is allowed without a reason`, () => {
      const statements = statementsOf(synthesise(combination));
      assert.ok(statements.length > 20);
      assert.deepEqual(statements.flatMap(unexplained), []);
    });
  }

  it('every reason for a wildcard is long enough to be one, and still needed', () => {
    const found = COMBINATIONS.flatMap((combination) => statementsOf(synthesise(combination))).flatMap(
      ({ logicalId, statement }) =>
        wildcardsOf(statement).map((wildcard) => ({ id: withoutHash(logicalId), wildcard })),
    );
    for (const { resource, wildcard, reason } of ALLOWED_WILDCARDS) {
      assert.ok(reason.length >= 40, reason);
      assert.ok(
        found.some((one) => resource.test(one.id) && wildcard.test(one.wildcard)),
        `nothing needs ${resource} ${wildcard} any more`,
      );
    }
  });

  it('no role may manage, scan or delete a table; DAX alone may describe one', () => {
    const ofRoles = statementsOf(synthesise(LARGEST)).filter(
      ({ statement, resource }) => statement.Effect === 'Allow' && /^AWS::IAM::/.test(resource.Type),
    );
    const allowed = ofRoles
      .filter(
        ({ logicalId, statement }) =>
          withoutHash(logicalId) !== 'DaxAccess' || statement.Sid !== 'CacheLayout',
      )
      .flatMap(({ statement }) => listOf(statement.Action).map(String));
    const dynamo = allowed.filter((action) => action.startsWith('dynamodb:'));
    assert.ok(dynamo.includes('dynamodb:GetItem'));
    assert.deepEqual(
      dynamo.filter((action) => /Scan|PartiQL|Table$|Backup|Policy|TimeToLive/.test(action)),
      [],
    );
  });
});
