import type { DynamoConnection } from './dynamo-client.js';

/** Which DynamoDB, and as whom. Absent endpoint: AWS's own for the region. */
export function dynamoConnection({
  awsRegion,
  dynamodbEndpoint,
}: {
  readonly awsRegion: string;
  readonly dynamodbEndpoint: string | undefined;
}): DynamoConnection {
  if (dynamodbEndpoint === undefined) return { region: awsRegion };
  return { region: awsRegion, endpoint: dynamodbEndpoint, ...credentialsFor(dynamodbEndpoint) };
}

/** DynamoDB Local and dax-local take any credentials, but want some. Elsewhere the SDK's chain of providers finds them. */
export function credentialsFor(endpoint: string): Pick<DynamoConnection, 'credentials'> {
  const isLocal = ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(endpoint).hostname);
  return isLocal ? { credentials: { accessKeyId: 'local', secretAccessKey: 'local' } } : {};
}
