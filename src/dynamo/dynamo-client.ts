import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';

/** Which DynamoDB, and as whom. */
export interface DynamoConnection {
  readonly region: string;
  /** Default: AWS's own for the region. */
  readonly endpoint?: string;
  /** Default: the SDK's chain of providers. */
  readonly credentials?: NonNullable<DynamoDBClientConfig['credentials']>;
  /** Connections at most; default 100. */
  readonly maxConnections?: number;
}

const MAX_CONNECTIONS = 100;
const CONNECTION_TIMEOUT_MS = 1_000;
/** For callers without a time limit of their own. */
const REQUEST_TIMEOUT_MS = 5_000;
/** The second attempt is for a connection that was closed while idle; all else is the business of who calls. */
const MAX_ATTEMPTS = 2;

/** A client whose connections are kept alive, and end with its `destroy()`. */
export function createDynamoClient(connection: DynamoConnection): DynamoDBClient {
  const { region, endpoint, credentials, maxConnections = MAX_CONNECTIONS } = connection;
  const agent = { keepAlive: true, maxSockets: maxConnections };
  return new DynamoDBClient({
    region,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
    retryMode: 'standard',
    maxAttempts: MAX_ATTEMPTS,
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      throwOnRequestTimeout: true,
      httpAgent: agent,
      httpsAgent: agent,
    },
  });
}
