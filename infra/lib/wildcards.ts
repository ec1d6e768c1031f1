/**
 * Every wildcard that stands in an Allow, and why it is there. `test/policies.test.ts` finds all of them in what is
 * synthesised and holds them to this list, both ways.
 */
export interface AllowedWildcard {
  /** The logical id of the resource that the policy is part of, without CloudFormation's hash. */
  readonly resource: RegExp;
  readonly wildcard: RegExp;
  readonly reason: string;
}

const KEY_POLICY =
  'In the policy of a key, * is that key. The account as principal hands the decision to IAM, where every use is by ARN.';
const ENDPOINT =
  'In the policy of an endpoint, principals are narrowed by account and actions by name; what they may touch is said by their own policies.';

export const ALLOWED_WILDCARDS: readonly AllowedWildcard[] = [
  {
    resource: /^(Data|Operations|StandbyKey)$/,
    wildcard: /^(Action kms:(\*|GenerateDataKey\*|ReEncrypt\*)|Resource \*)$/,
    reason: KEY_POLICY,
  },
  {
    resource: /^VpcDynamoDb$/,
    wildcard: /^Principal \*$/,
    reason:
      'An endpoint policy cannot name principals by ARN: the condition narrows them to the account, and the resources are our tables.',
  },
  {
    resource: /^VpcS3$/,
    wildcard: /^(Principal \*|Resource .*-starport-layer-bucket\/\*)$/,
    reason:
      'Layers of images lie under their digests in the one bucket that ECR has for them in this region.',
  },
  {
    resource: /^Vpc(ImageApi|Images|Logs|Keys|Secrets)$/,
    wildcard: /^(Principal|Resource) \*$/,
    reason: ENDPOINT,
  },
  {
    resource: /(Service|Migration)ExecutionRoleDefaultPolicy$/,
    wildcard: /^Resource \*$/,
    reason:
      'ecr:GetAuthorizationToken knows no resource: one token serves all repositories that a role may read.',
  },
  {
    resource: /^(LambdaHttp|Stream)Access$/,
    wildcard: /^Resource \*$/,
    reason:
      'Lambda makes network interfaces with the role of a VPC function, under names not known before; the code itself is denied it.',
  },
  {
    resource: /^StreamAccess$/,
    wildcard: /^Resource .*:table\/messages-production\/stream\/\*$/,
    reason: 'Lambda lists the streams of the table before it reads the one it was given: names, no records.',
  },
  {
    resource: /^(FargateAccessLogs|TrailBucket)Policy$/,
    wildcard: /^Resource .*\/AWSLogs\/\d{12}\/\*"/,
    reason:
      'Load balancers write objects under the prefix that AWS gives them, with the time in their names.',
  },
];
