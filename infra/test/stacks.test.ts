import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { ROLES } from '../lib/identity-stack.ts';
import { listOf, statementsOf } from './support/policies.ts';
import {
  INFRA_DIR,
  LARGEST,
  SERVERLESS,
  STANDBY_REGION,
  nameOf,
  ofType,
  only,
  referred,
  synthesise,
} from './support/synthesis.ts';

type Json = Record<string, unknown>;
const WITHOUT_DAX = { ...LARGEST, dax: false };

describe('DAX', () => {
  it('has TLS and encryption at rest, and keeps items as long as they may live', () => {
    const cluster = only(synthesise(LARGEST), 'AWS::DAX::Cluster');
    assert.equal(cluster['ClusterEndpointEncryptionType'], 'TLS');
    assert.deepEqual(cluster['SSESpecification'], { SSEEnabled: true });
    assert.deepEqual(only(synthesise(LARGEST), 'AWS::DAX::ParameterGroup')['ParameterNameValues'], {
      'record-ttl-millis': '86400000',
      'query-ttl-millis': '1000',
    });
    only(synthesise(LARGEST), 'AWS::DAX::SubnetGroup');
  });

  it('may call the cache table alone, and ask for its keys, as a role that it takes on without conditions', () => {
    const ofRole = (id: RegExp) =>
      statementsOf(synthesise(LARGEST)).filter(({ logicalId }) => id.test(logicalId));
    const tables = ofRole(/^DaxAccess/)
      .map(({ statement }) => statement)
      .filter(({ Action }) => JSON.stringify(Action).includes('dynamodb:'));
    for (const { Resource } of tables) assert.match(JSON.stringify(Resource), /:table\/cache-production"$/);
    assert.ok(tables.flatMap(({ Action }) => listOf(Action)).includes('dynamodb:DescribeTable'));
    const [trust, ...others] = ofRole(/^DaxRole/).map(({ statement }) => statement);
    assert.deepEqual(others, []);
    assert.deepEqual(trust, {
      Action: 'sts:AssumeRole',
      Effect: 'Allow',
      Principal: { Service: 'dax.amazonaws.com' },
    });
  });

  it('the service has its address as DAX gives it, scheme and port included', () => {
    const addresses = ofType(synthesise(LARGEST), 'AWS::ECS::TaskDefinition')
      .filter(({ resource }) => resource.Properties?.['Family'] === 'careline-production-service')
      .flatMap(({ resource }) => resource.Properties?.['ContainerDefinitions'] as Json[])
      .flatMap(({ Environment }) => Environment as Json[])
      .filter(({ Name }) => Name === 'DAX_ENDPOINT')
      .map(({ Value }) => referred(synthesise(LARGEST), Value));
    assert.deepEqual(addresses, [{ 'Fn::GetAtt': ['Cluster', 'ClusterDiscoveryEndpointURL'] }]);
  });

  it('is there only where it was asked for, and the service is told', () => {
    assert.deepEqual(ofType(synthesise(WITHOUT_DAX), 'AWS::DAX::Cluster'), []);
    assert.match(
      JSON.stringify(ofType(synthesise(LARGEST), 'AWS::ECS::TaskDefinition')),
      /"CACHE_STORE","Value":"dax"/,
    );
    assert.match(
      JSON.stringify(ofType(synthesise(WITHOUT_DAX), 'AWS::ECS::TaskDefinition')),
      /"CACHE_STORE","Value":"dynamo"/,
    );
  });
});

describe('service on Fargate', () => {
  const definitions = () =>
    ofType(synthesise(LARGEST), 'AWS::ECS::TaskDefinition').map(
      ({ resource }) => resource.Properties as Json,
    );

  it('runs the image by digest, on a read-only file system, without capabilities', () => {
    assert.equal(definitions().length, 2);
    for (const definition of definitions()) {
      const [container] = definition['ContainerDefinitions'] as [Json];
      assert.match(JSON.stringify(container['Image']), /@sha256:a{64}/);
      assert.equal(container['ReadonlyRootFilesystem'], true);
      assert.deepEqual((container['LinuxParameters'] as Json)['Capabilities'], { Drop: ['ALL'] });
    }
  });

  it('has passwords from Secrets Manager, and none in its definition', () => {
    for (const definition of definitions()) {
      const [container] = definition['ContainerDefinitions'] as [Json];
      const secrets = (container['Secrets'] as Json[]).map(({ Name }) => Name);
      assert.ok(secrets.includes('PGPASSWORD'));
      const plain = (container['Environment'] as Json[]).map(({ Name }) => Name);
      assert.deepEqual(
        plain.filter((name) => /PASSWORD|SECRET/.test(String(name))),
        [],
      );
    }
  });

  it('clients reach it by TLS 1.2 or later; port 80 redirects', () => {
    const listeners = ofType(synthesise(LARGEST), 'AWS::ElasticLoadBalancingV2::Listener').map(
      ({ resource }) => resource.Properties as Json,
    );
    const https = listeners.find(({ Port }) => Port === 443);
    assert.match(String(https?.['SslPolicy']), /TLS13-1-2/);
    const http = listeners.find(({ Port }) => Port === 80);
    assert.match(JSON.stringify(http?.['DefaultActions']), /"Type":"redirect"/);
    assert.equal(listeners.length, 2);
  });

  it('grows and shrinks between two and twelve instances', () => {
    const target = only(synthesise(LARGEST), 'AWS::ApplicationAutoScaling::ScalableTarget');
    assert.deepEqual([target['MinCapacity'], target['MaxCapacity']], [2, 12]);
  });
});

describe('migration', () => {
  for (const combination of [LARGEST, SERVERLESS]) {
    const stackOf = (type: string, family: string) =>
      ofType(synthesise(combination), type)
        .filter(({ resource }) => JSON.stringify(resource.Properties).includes(`"${family}"`))
        .map(({ stack }) => stack);

    it(`${nameOf(combination)}: its task is deployed before whatever needs its tables, and can run without it`, () => {
      assert.deepEqual(stackOf('AWS::ECS::TaskDefinition', 'careline-production-migration'), [
        'Careline-production-Migration',
      ]);
      assert.deepEqual(stackOf('AWS::ECS::Cluster', 'careline-production'), [
        'Careline-production-Migration',
      ]);
      const needs = new Map(synthesise(combination).stacks.map(({ name, after }) => [name, after]));
      for (const later of ['Service', 'Stream']) {
        assert.ok(
          needs.get(`Careline-production-${later}`)?.includes('Careline-production-Migration'),
          later,
        );
      }
      for (const before of needs.get('Careline-production-Migration') ?? assert.fail('no such stack')) {
        assert.doesNotMatch(before, /Service|Stream|Dax/);
      }
    });
  }

  it('says with outputs what the commands of the guide need', () => {
    const named = (stack: string) =>
      synthesise(SERVERLESS)
        .outputs.filter((output) => output.stack === `Careline-production-${stack}`)
        .map(({ logicalId }) => logicalId);
    const guide = readFileSync(join(INFRA_DIR, '../docs/deploy.md'), 'utf8');
    const asked = [...guide.matchAll(/\boutput (\w+) (\w+)/g)];
    assert.deepEqual([...new Set(asked.map(([, stack]) => stack))].sort(), [
      'Data',
      'Identity',
      'Migration',
      'Service',
    ]);
    for (const [, stack = '', name = ''] of asked) assert.ok(named(stack).includes(name), `${stack} ${name}`);
    for (const name of ['DatabaseArn', 'OwnerSecretArn', 'EcsCluster', 'Task', 'Subnets', 'SecurityGroup']) {
      assert.ok(
        asked.some(([, , one]) => one === name),
        name,
      );
    }
  });
});

describe('environment', () => {
  const variables = (functionName: string) =>
    Object.keys(
      (
        ofType(synthesise({ ...SERVERLESS, dax: true }), 'AWS::Lambda::Function').find(
          ({ resource }) => resource.Properties?.['FunctionName'] === `careline-production-${functionName}`,
        )?.resource.Properties?.['Environment'] as { Variables: Json }
      ).Variables,
    ).sort();

  it('the function of the stream has what it needs, and nothing of the cache or its secret', () => {
    assert.deepEqual(variables('messaging-stream'), [
      'AUTH_AUDIENCE',
      'AUTH_ISSUER',
      'AUTH_JWKS_URI',
      'CACHE_STORE',
      'DATABASE_URL',
      'MESSAGING_TABLE',
      'NODE_ENV',
      'NODE_EXTRA_CA_CERTS',
      'PGPASSWORD',
    ]);
  });

  it('the function of the service has the cache, its key and its metrics, and leaves the stream to the other', () => {
    for (const name of [
      'CACHE_KEY_SECRET',
      'CACHE_KMS_KEY_ARNS',
      'DAX_ENDPOINT',
      'MESSAGING_STREAM',
      'METRICS_EMF',
    ]) {
      assert.ok(variables('http').includes(name), name);
    }
  });

  it('instances do not read the stream', () => {
    assert.match(
      JSON.stringify(ofType(synthesise(LARGEST), 'AWS::ECS::TaskDefinition')),
      /"MESSAGING_STREAM","Value":"off"/,
    );
  });
});

describe('service on Lambda', () => {
  it('is an HTTP API before a function in the VPC, without a load balancer or a running task', () => {
    const synthesis = synthesise(SERVERLESS);
    only(synthesis, 'AWS::ApiGatewayV2::Api');
    assert.deepEqual(ofType(synthesis, 'AWS::ECS::Service'), []);
    assert.deepEqual(ofType(synthesis, 'AWS::ElasticLoadBalancingV2::LoadBalancer'), []);
    assert.equal(ofType(synthesis, 'AWS::ECS::TaskDefinition').length, 1);
    const functions = ofType(synthesis, 'AWS::Lambda::Function').filter(
      ({ resource }) => resource.Properties?.['FunctionName'] !== undefined,
    );
    assert.equal(functions.length, 2);
    for (const { resource } of functions) {
      assert.ok(resource.Properties?.['VpcConfig']);
      assert.ok(resource.Properties['KmsKeyArn']);
      assert.ok(Number(resource.Properties['ReservedConcurrentExecutions']) > 0);
    }
  });

  it('the access log tells no path and no address', () => {
    const { Format } = only(synthesise(SERVERLESS), 'AWS::ApiGatewayV2::Stage')['AccessLogSettings'] as {
      Format: string;
    };
    assert.doesNotMatch(Format, /path|sourceIp|authorizer/i);
  });
});

describe('stream of messages', () => {
  it('halves failing batches, takes partial answers, and gives up into an encrypted queue', () => {
    const source = only(synthesise(SERVERLESS), 'AWS::Lambda::EventSourceMapping');
    assert.equal(source['BisectBatchOnFunctionError'], true);
    assert.deepEqual(source['FunctionResponseTypes'], ['ReportBatchItemFailures']);
    assert.equal(source['MaximumRetryAttempts'], 10);
    assert.match(JSON.stringify(source['DestinationConfig']), /OnFailure.*Failures/);
    assert.ok(only(synthesise(SERVERLESS), 'AWS::SQS::Queue')['KmsMasterKeyId']);
  });
});

describe('identity', () => {
  it('has the roles of the service as groups, a second factor, and no domain', () => {
    const synthesis = synthesise(SERVERLESS);
    const groups = ofType(synthesis, 'AWS::Cognito::UserPoolGroup').map(
      ({ resource }) => resource.Properties?.['GroupName'],
    );
    assert.deepEqual(groups.sort(), [...ROLES].sort());
    const pool = only(synthesis, 'AWS::Cognito::UserPool');
    assert.equal(pool['MfaConfiguration'], 'ON');
    assert.deepEqual(pool['AdminCreateUserConfig'], { AllowAdminCreateUserOnly: true });
    assert.deepEqual(ofType(synthesis, 'AWS::Cognito::UserPoolDomain'), []);
  });
});

describe('second region', () => {
  it('holds a key and a vault, and runs nothing', () => {
    const synthesis = synthesise(LARGEST);
    const there = synthesis.stacks.filter(({ region }) => region === STANDBY_REGION).map(({ name }) => name);
    assert.deepEqual(there, ['Careline-production-Standby']);
    assert.deepEqual(
      synthesis.resources
        .filter(({ stack, resource }) => stack === there[0] && !/Metadata/.test(resource.Type))
        .map(({ resource }) => resource.Type)
        .sort(),
      ['AWS::Backup::BackupVault', 'AWS::KMS::Alias', 'AWS::KMS::Key'],
    );
    assert.ok(synthesise(SERVERLESS).stacks.every(({ region }) => region !== STANDBY_REGION));
  });
});

describe('access of the service', () => {
  const taskStatements = () =>
    statementsOf(synthesise(LARGEST)).filter(({ logicalId }) => /TasksServiceTaskRole/.test(logicalId));
  const bySid = (sid: string) => taskStatements().find(({ statement }) => statement.Sid === sid)?.statement;

  it('messages: only keys of conversations and people, and a request without a key is refused', () => {
    assert.deepEqual(bySid('MessageItems')?.Condition, {
      'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['CONV#*', 'USER#*'] },
      Null: { 'dynamodb:LeadingKeys': 'false' },
    });
    assert.ok(!listOf(bySid('MessageItems')?.Action).includes('dynamodb:DeleteItem'));
    assert.deepEqual(bySid('Inbox')?.Condition?.['ForAllValues:StringLike'], {
      'dynamodb:LeadingKeys': ['USER#*'],
    });
  });

  it('cache: entries are put and read, never updated in place', () => {
    const actions = listOf(bySid('CacheItems')?.Action);
    assert.ok(actions.includes('dynamodb:PutItem'));
    assert.ok(!actions.includes('dynamodb:UpdateItem'));
  });

  it('the key of the tables is used through DynamoDB only', () => {
    const through = bySid('TableKey')?.Condition?.['StringEquals']?.['kms:ViaService'];
    assert.equal(through, 'dynamodb.eu-central-1.amazonaws.com');
  });

  it('the code of a function may not touch network interfaces, which Lambda makes with its role', () => {
    const denials = statementsOf(synthesise(SERVERLESS)).filter(
      ({ statement }) => statement.Sid === 'NetworkNotForTheCode',
    );
    assert.equal(denials.length, 2);
    for (const { statement } of denials) {
      assert.equal(statement.Effect, 'Deny');
      assert.match(
        JSON.stringify(statement.Condition),
        /lambda:SourceFunctionArn.*function:careline-production-/,
      );
    }
  });
});
