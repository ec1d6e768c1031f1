/** The AWS Encryption SDK, loaded only where something is encrypted. */
export type AwsSdk = typeof import('@aws-crypto/client-node');
