import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { statementsOf } from './support/policies.ts';
import {
  ACCOUNT,
  INFRA_DIR,
  LARGEST,
  SERVERLESS,
  STANDBY_REGION,
  ofType,
  only,
  referred,
  synthesise,
  type Synthesis,
} from './support/synthesis.ts';

type Json = Record<string, unknown>;
const largest = () => synthesise(LARGEST);

function table(synthesis: Synthesis, name: string): Json {
  const found = ofType(synthesis, 'AWS::DynamoDB::GlobalTable').find(
    ({ resource }) => resource.Properties?.['TableName'] === name,
  );
  assert.ok(found, name);
  assert.equal(found.resource.DeletionPolicy, 'Retain');
  return found.resource.Properties as Json;
}
const replicas = (properties: Json) => properties['Replicas'] as Json[];
const denialsOf = (synthesis: Synthesis) =>
  statementsOf(synthesis).filter(({ resource }) => resource.Type === 'AWS::DynamoDB::GlobalTable');

/** By table, the standby's first: what is denied when. Resources stand for their ARNs and references. */
function conditionsOf(synthesis: Synthesis): Record<string, unknown> {
  const named = (_key: string, value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    if ('Fn::GetStackOutput' in value) return named('', referred(synthesis, value));
    const { Ref, 'Fn::GetAtt': attribute } = value as { Ref?: string; 'Fn::GetAtt'?: string[] };
    return (Ref ?? attribute?.[0])?.replace(/[0-9A-F]{8}$/, '') ?? value;
  };
  const byTable: Record<string, unknown[]> = {};
  for (const { logicalId, statement } of denialsOf(synthesis)) {
    (byTable[logicalId.replace(/[0-9A-F]{8}$/, '')] ??= []).push(
      JSON.parse(JSON.stringify(statement.Condition, named)),
    );
  }
  return byTable;
}

describe('tables', () => {
  it('the messages have a stream of both images, the index by recency, and recovery to any second of 35 days', () => {
    const messages = table(largest(), 'messages-production');
    assert.deepEqual(messages['StreamSpecification'], { StreamViewType: 'NEW_AND_OLD_IMAGES' });
    assert.deepEqual(
      (messages['LocalSecondaryIndexes'] as Json[]).map(({ IndexName }) => IndexName),
      ['by-recency'],
    );
    for (const replica of replicas(messages)) {
      assert.deepEqual(replica['PointInTimeRecoverySpecification'], {
        PointInTimeRecoveryEnabled: true,
        RecoveryPeriodInDays: 35,
      });
    }
  });

  it('the messages have the keys that the service asks for', () => {
    const layout = /KEYS = '(.*); NEW_AND_OLD_IMAGES'/.exec(
      readFileSync(join(INFRA_DIR, '../src/messaging/table/messaging-table.ts'), 'utf8'),
    )?.[1];
    const keys = (schema: unknown) =>
      (schema as Json[]).map(({ AttributeName, KeyType }) => `${AttributeName} ${KeyType}`).join(', ');
    const messages = table(largest(), 'messages-production');
    const [index] = messages['LocalSecondaryIndexes'] as [Json];
    assert.equal(
      `${keys(messages['KeySchema'])}; ${index['IndexName']}: ${keys(index['KeySchema'])}`,
      layout,
    );
  });

  it('both are encrypted with keys of ours, paid by request, expire by ttl, and cannot be deleted', () => {
    for (const name of ['messages-production', 'cache-production']) {
      const properties = table(largest(), name);
      assert.equal(properties['BillingMode'], 'PAY_PER_REQUEST');
      assert.deepEqual(properties['TimeToLiveSpecification'], { AttributeName: 'ttl', Enabled: true });
      assert.deepEqual(properties['SSESpecification'], { SSEEnabled: true, SSEType: 'KMS' });
      for (const replica of replicas(properties)) {
        assert.equal(replica['DeletionProtectionEnabled'], true);
        assert.ok((replica['SSESpecification'] as Json)['KMSMasterKeyId']);
      }
    }
  });

  it('the messages have a replica in the standby region alone, the cache has none', () => {
    const regions = (name: string, of = largest()) => replicas(table(of, name)).map(({ Region }) => Region);
    assert.deepEqual(regions('messages-production').sort(), ['eu-central-1', STANDBY_REGION]);
    assert.deepEqual(regions('cache-production'), ['eu-central-1']);
    assert.deepEqual(regions('messages-production', synthesise(SERVERLESS)), ['eu-central-1']);
  });

  it('items are denied to whoever does not come through the endpoint; a replica denies them to all', () => {
    const denials = denialsOf(largest());
    assert.equal(denials.length, 3);
    for (const { statement } of denials) {
      assert.equal(statement.Effect, 'Deny');
      assert.deepEqual(statement.Principal, { AWS: '*' });
      for (const action of ['GetItem', 'Query', 'Scan', 'PutItem', 'DeleteItem', 'PartiQLSelect']) {
        assert.ok((statement.Action as string[]).includes(`dynamodb:${action}`), action);
      }
    }
  });

  it('the denials except AWS itself, DAX where there is any, and nobody else', () => {
    const linked = `arn:aws:iam::${ACCOUNT}:role/aws-service-role/*`;
    const toAllBut = (...principals: string[]) => ({
      BoolIfExists: { 'aws:PrincipalIsAWSService': 'false' },
      ArnNotLike: { 'aws:PrincipalArn': principals },
    });
    const outside = { StringNotEquals: { 'aws:SourceVpce': 'VpcDynamoDb' } };
    assert.deepEqual(conditionsOf(largest()), {
      Cache: [{ ...outside, ...toAllBut(linked, 'DaxRole') }],
      Messages: [toAllBut(linked), { ...outside, ...toAllBut(linked, 'DaxRole') }],
    });
    assert.deepEqual(conditionsOf(synthesise(SERVERLESS)), {
      Cache: [{ ...outside, ...toAllBut(linked) }],
      Messages: [{ ...outside, ...toAllBut(linked) }],
    });
  });
});

describe('database', () => {
  it('takes TLS only, knows IAM authentication, is encrypted, and keeps statements out of its log', () => {
    const cluster = only(largest(), 'AWS::RDS::DBCluster');
    assert.equal(cluster['EnableIAMDatabaseAuthentication'], true);
    assert.equal(cluster['StorageEncrypted'], true);
    assert.equal(cluster['DeletionProtection'], true);
    assert.equal(cluster['ManageMasterUserPassword'], true);
    assert.ok(cluster['KmsKeyId']);
    const parameters = only(largest(), 'AWS::RDS::DBClusterParameterGroup')['Parameters'] as Json;
    assert.equal(parameters['rds.force_ssl'], '1');
    assert.equal(parameters['log_statement'], 'none');
    assert.equal(parameters['log_min_error_statement'], 'panic');
  });

  it('has two instances, neither public', () => {
    const instances = ofType(largest(), 'AWS::RDS::DBInstance').map(({ resource }) => resource.Properties);
    assert.equal(instances.length, 2);
    for (const instance of instances) {
      assert.equal(instance?.['PubliclyAccessible'], false);
      assert.equal(instance['DBInstanceClass'], 'db.serverless');
    }
  });
});

describe('backups', () => {
  it('take the database and the messages, with a copy in the standby region where there is one', () => {
    const selection = only(largest(), 'AWS::Backup::BackupSelection')['BackupSelection'] as Json;
    assert.equal((selection['Resources'] as unknown[]).length, 2);
    const copies = (of: Synthesis) =>
      JSON.stringify(only(of, 'AWS::Backup::BackupPlan')).match(/DestinationBackupVaultArn":"[^"]+/g) ?? [];
    assert.equal(copies(largest()).length, 1);
    assert.match(
      copies(largest())[0] ?? '',
      new RegExp(`:${STANDBY_REGION}:.*:careline-production-standby$`),
    );
    assert.deepEqual(copies(synthesise(SERVERLESS)), []);
  });
});
