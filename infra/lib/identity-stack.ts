import { CfnOutput, Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import * as cognito from 'aws-cdk-lib/aws-cognito';
import type { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import type { Settings } from './settings.ts';

/** The roles of the service, in the order in which they win where somebody has several. */
export const ROLES = ['admin', 'clinician', 'patient'] as const;

/**
 * Who signs in. The pool has no domain: one that has cannot be reached through a VPC endpoint, and the service reads its
 * signing keys there (https://docs.aws.amazon.com/cognito/latest/developerguide/vpc-interface-endpoints.html).
 */
export class IdentityStack extends Stack {
  readonly issuer: string;
  readonly clientId: string;

  constructor(scope: Construct, id: string, props: StackProps & { readonly settings: Settings }) {
    super(scope, id, props);
    const pool = this.pool(props.settings.stage);
    ROLES.forEach((groupName, precedence) => pool.addGroup(groupName, { groupName, precedence }));
    this.issuer = `https://cognito-idp.${this.region}.amazonaws.com/${pool.userPoolId}`;
    this.clientId = client(pool).userPoolClientId;
    new CfnOutput(this, 'PoolId', { value: pool.userPoolId });
    new CfnOutput(this, 'ClientId', { value: this.clientId });
  }

  private pool(stage: string): cognito.UserPool {
    const pool = new cognito.UserPool(this, 'Pool', {
      userPoolName: `careline-${stage}`,
      selfSignUpEnabled: false,
      signInAliases: { email: true },
      signInCaseSensitive: false,
      accountRecovery: cognito.AccountRecovery.EMAIL_ONLY,
      mfa: cognito.Mfa.REQUIRED,
      mfaSecondFactor: { otp: true, sms: false },
      passwordPolicy: {
        minLength: 12,
        requireLowercase: true,
        requireUppercase: true,
        requireDigits: true,
        requireSymbols: true,
        tempPasswordValidity: Duration.days(3),
      },
      featurePlan: cognito.FeaturePlan.PLUS,
      standardThreatProtectionMode: cognito.StandardThreatProtectionMode.FULL_FUNCTION,
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    acknowledge(
      pool,
      'A second factor is required of everyone, and it is a code from an app: no text message can be intercepted.',
      'AwsSolutions-COG2',
    );
    return pool;
  }
}

/** A public client: browsers and apps keep no secret. Roles that are taken away end with the access token. */
function client(pool: cognito.UserPool): cognito.UserPoolClient {
  return pool.addClient('Client', {
    generateSecret: false,
    authFlows: { userSrp: true },
    disableOAuth: true,
    preventUserExistenceErrors: true,
    enableTokenRevocation: true,
    accessTokenValidity: Duration.minutes(15),
    idTokenValidity: Duration.minutes(15),
    refreshTokenValidity: Duration.hours(12),
  });
}
