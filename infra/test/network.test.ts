import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { statementsOf } from './support/policies.ts';
import { ACCOUNT, LARGEST, REGION, SERVERLESS, ofType, synthesise } from './support/synthesis.ts';

type Json = Record<string, unknown>;
const TABLES = `arn:aws:dynamodb:${REGION}:${ACCOUNT}:table`;

describe('network', () => {
  it('has no NAT; with Lambda it has no way to the internet at all', () => {
    for (const combination of [LARGEST, SERVERLESS]) {
      assert.deepEqual(ofType(synthesise(combination), 'AWS::EC2::NatGateway'), []);
    }
    assert.deepEqual(ofType(synthesise(SERVERLESS), 'AWS::EC2::InternetGateway'), []);
    assert.deepEqual(
      ofType(synthesise(SERVERLESS), 'AWS::EC2::Route').map(({ logicalId }) => logicalId),
      [],
    );
  });

  it('spreads every kind of subnet over two zones', () => {
    const zones = ofType(synthesise(LARGEST), 'AWS::EC2::Subnet').map(({ resource }) =>
      JSON.stringify(resource.Properties?.['AvailabilityZone']),
    );
    assert.equal(zones.length, 6);
    assert.equal(new Set(zones).size, 2);
  });

  it('the endpoint of DynamoDB serves our tables and our account, and no other', () => {
    const [endpoint, ...others] = statementsOf(synthesise(LARGEST)).filter(({ logicalId }) =>
      logicalId.startsWith('VpcDynamoDb'),
    );
    assert.deepEqual(others, []);
    assert.deepEqual(endpoint?.statement.Resource, [
      `${TABLES}/cache-production`,
      `${TABLES}/messages-production`,
      `${TABLES}/messages-production/index/by-recency`,
    ]);
    assert.deepEqual(endpoint.statement.Condition, { StringEquals: { 'aws:PrincipalAccount': ACCOUNT } });
  });

  it('PostgreSQL is open to the service alone', () => {
    const rules = ofType(synthesise(LARGEST), 'AWS::EC2::SecurityGroupIngress').filter(
      ({ resource }) => resource.Properties?.['FromPort'] === 5432,
    );
    assert.equal(rules.length, 1);
    assert.match(
      JSON.stringify((rules[0]?.resource.Properties as Json)['SourceSecurityGroupId']),
      /GroupsService/,
    );
  });

  it('no security group lets everything out', () => {
    for (const { resource } of ofType(synthesise(LARGEST), 'AWS::EC2::SecurityGroup')) {
      const out = JSON.stringify(resource.Properties?.['SecurityGroupEgress'] ?? []);
      assert.doesNotMatch(out, /"IpProtocol":"-1","(?!.*255\.255\.255\.255)/);
    }
  });
});
