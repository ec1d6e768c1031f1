declare module 'amazon-dax-client' {
  import type AWS from 'aws-sdk';

  /** What is there of AWS's client for SDK v2; the package has no types. */
  const AmazonDaxClient: new (options: {
    endpoints: string[];
    region: string;
    credentials: AWS.Credentials;
  }) => AWS.DynamoDB;
  export default AmazonDaxClient;
}
