import type { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { namesOf, tableArn } from '../names.ts';
import type { Settings } from '../settings.ts';

/** What the store of cache entries calls: no update in place, because nothing is ever overwritten; no scan. */
const CACHE_ACTIONS = [
  'dynamodb:GetItem',
  'dynamodb:BatchGetItem',
  'dynamodb:Query',
  'dynamodb:PutItem',
  'dynamodb:BatchWriteItem',
  'dynamodb:DeleteItem',
];
const MESSAGE_ACTIONS = [
  'dynamodb:GetItem',
  'dynamodb:BatchGetItem',
  'dynamodb:Query',
  'dynamodb:PutItem',
  'dynamodb:UpdateItem',
  'dynamodb:ConditionCheckItem',
];

/** Items of the cache. */
export function cacheAccess(stack: Stack, settings: Settings, key: IKey): PolicyStatement[] {
  return [
    new PolicyStatement({
      sid: 'CacheItems',
      actions: CACHE_ACTIONS,
      resources: [tableArn(stack, namesOf(settings).cacheTable)],
    }),
    keyAccess(stack, key),
  ];
}

/** The keys of the cache table, which DAX asks for before it keeps anything of it. The service knows them. */
export function cacheLayout(stack: Stack, settings: Settings): PolicyStatement {
  return new PolicyStatement({
    sid: 'CacheLayout',
    actions: ['dynamodb:DescribeTable'],
    resources: [tableArn(stack, namesOf(settings).cacheTable)],
  });
}

/** Items of conversations and people, and no others that may one day share the table. Messages are never deleted. */
export function messagesAccess(stack: Stack, settings: Settings, key: IKey): PolicyStatement[] {
  const table = tableArn(stack, namesOf(settings).messagesTable);
  const ours = {
    'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['CONV#*', 'USER#*'] },
    // A request without the key would satisfy ForAllValues.
    Null: { 'dynamodb:LeadingKeys': 'false' },
  };
  return [
    new PolicyStatement({
      sid: 'MessageItems',
      actions: MESSAGE_ACTIONS,
      resources: [table],
      conditions: ours,
    }),
    new PolicyStatement({
      sid: 'Inbox',
      actions: ['dynamodb:Query'],
      resources: [`${table}/index/by-recency`],
      conditions: {
        'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['USER#*'] },
        Null: { 'dynamodb:LeadingKeys': 'false' },
      },
    }),
    keyAccess(stack, key),
  ];
}

/** DynamoDB decrypts for a caller who may use the key, and the caller may use it through DynamoDB only. */
function keyAccess(stack: Stack, key: IKey): PolicyStatement {
  return new PolicyStatement({
    sid: 'TableKey',
    actions: ['kms:Decrypt', 'kms:DescribeKey'],
    resources: [key.keyArn],
    conditions: { StringEquals: { 'kms:ViaService': `dynamodb.${stack.region}.amazonaws.com` } },
  });
}
