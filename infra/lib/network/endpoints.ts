import { Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { AnyPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { DATA_ACTIONS } from '../data/table-actions.ts';
import { namesOf, tableArn } from '../names.ts';
import type { Settings } from '../settings.ts';

/** DynamoDB, for our two tables and our account alone: nobody carries data out through it into a table of their own. */
export function dynamoGateway(vpc: ec2.Vpc, settings: Settings): ec2.GatewayVpcEndpoint {
  const stack = Stack.of(vpc);
  const { cacheTable, messagesTable } = namesOf(settings);
  const endpoint = vpc.addGatewayEndpoint('DynamoDb', { service: ec2.GatewayVpcEndpointAwsService.DYNAMODB });
  endpoint.addToPolicy(
    new PolicyStatement({
      principals: [new AnyPrincipal()],
      actions: [...DATA_ACTIONS, 'dynamodb:DescribeTable', 'dynamodb:DescribeTimeToLive'],
      resources: [
        tableArn(stack, cacheTable),
        tableArn(stack, messagesTable),
        `${tableArn(stack, messagesTable)}/index/by-recency`,
      ],
      conditions: ourAccount(stack),
    }),
  );
  return endpoint;
}

/**
 * S3, for the layers of images only, which ECR keeps in a bucket of its own.
 * https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html#ecr-minimum-s3-perms
 */
export function imageLayerGateway(vpc: ec2.Vpc): void {
  const stack = Stack.of(vpc);
  vpc.addGatewayEndpoint('S3', { service: ec2.GatewayVpcEndpointAwsService.S3 }).addToPolicy(
    new PolicyStatement({
      principals: [new AnyPrincipal()],
      actions: ['s3:GetObject'],
      resources: [`arn:${stack.partition}:s3:::prod-${stack.region}-starport-layer-bucket/*`],
    }),
  );
}

const { ECR, ECR_DOCKER, CLOUDWATCH_LOGS, KMS, SECRETS_MANAGER, COGNITO_IDP } =
  ec2.InterfaceVpcEndpointAwsService;
const IMAGE_ACTIONS = [
  'ecr:GetAuthorizationToken',
  'ecr:BatchCheckLayerAvailability',
  'ecr:BatchGetImage',
  'ecr:GetDownloadUrlForLayer',
];
const INTERFACES = {
  ImageApi: [ECR, IMAGE_ACTIONS],
  Images: [ECR_DOCKER, IMAGE_ACTIONS],
  Logs: [CLOUDWATCH_LOGS, ['logs:CreateLogStream', 'logs:PutLogEvents']],
  Keys: [KMS, ['kms:Decrypt', 'kms:GenerateDataKey']],
  Secrets: [SECRETS_MANAGER, ['secretsmanager:GetSecretValue']],
} as const satisfies Record<string, readonly [ec2.InterfaceVpcEndpointAwsService, readonly string[]]>;

export function interfaceEndpoints(vpc: ec2.Vpc, group: ec2.SecurityGroup): void {
  const add = (id: string, service: ec2.InterfaceVpcEndpointAwsService) =>
    vpc.addInterfaceEndpoint(id, {
      service,
      subnets: { subnetGroupName: 'Service' },
      securityGroups: [group],
      open: false,
      privateDnsEnabled: true,
    });
  for (const [id, [service, actions]] of Object.entries(INTERFACES)) {
    add(id, service).addToPolicy(
      new PolicyStatement({
        principals: [new AnyPrincipal()],
        actions: [...actions],
        resources: ['*'],
        conditions: ourAccount(Stack.of(vpc)),
      }),
    );
  }
  // The signing keys of the user pool are public, and read without credentials: a policy on who reads them fits none.
  add('Identity', COGNITO_IDP);
}

function ourAccount({ account }: Stack) {
  return { StringEquals: { 'aws:PrincipalAccount': account } };
}
