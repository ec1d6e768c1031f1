import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** A key pair that clients may sign with. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** What a client sends to sign in. */
export interface SignIn {
  readonly accessKeyId: string;
  /** In hexadecimal. */
  readonly signature: string;
  readonly stringToSign: string;
}

/** As AWS allows between the clocks. */
const MAX_SKEW_MS = 5 * 60_000;
const ALGORITHM = 'AWS4-HMAC-SHA256';
const EMPTY_HASH = createHash('sha256').digest('hex');
const TIMESTAMP = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;

/**
 * Checks a signature of AWS, version 4, for the service `dax`, over a request that is always the same but for its time.
 * Answers why it is refused, or undefined when it is right. `nowMs` is the time of day.
 */
export function refusalOf(
  { accessKeyId, signature, stringToSign }: SignIn,
  accepted: readonly Credentials[],
  nowMs: number,
): string | undefined {
  const credentials = accepted.find((one) => one.accessKeyId === accessKeyId);
  if (credentials === undefined) return 'the access key is unknown';
  const [algorithm, timestamp = '', scope = '', hash, ...rest] = stringToSign.split('\n');
  const [date = '', region = '', service, terminator] = scope.split('/');
  if (algorithm !== ALGORITHM || service !== 'dax' || terminator !== 'aws4_request' || rest.length > 0)
    return 'the string to sign is not of this service';
  if (!TIMESTAMP.test(timestamp) || !timestamp.startsWith(`${date}T`)) return 'the time is malformed';
  const signedAt = Date.parse(timestamp.replace(TIMESTAMP, '$1-$2-$3T$4:$5:$6Z'));
  if (!(Math.abs(nowMs - signedAt) <= MAX_SKEW_MS)) return 'the signature is expired, or not valid yet';
  if (hash !== hashOfRequest(timestamp)) return 'the signed request is another one';
  const expected = sign(signingKey(credentials, date, region), stringToSign);
  const given = Buffer.from(signature, 'hex');
  const isRight = given.length === expected.length && timingSafeEqual(given, expected);
  return isRight ? undefined : 'the signature does not match';
}

function hashOfRequest(timestamp: string): string {
  const request = [
    'POST',
    '/',
    '',
    'host:dax.amazonaws.com',
    `x-amz-date:${timestamp}`,
    '',
    'host;x-amz-date',
    EMPTY_HASH,
  ];
  return createHash('sha256').update(request.join('\n')).digest('hex');
}

function signingKey({ secretAccessKey }: Credentials, date: string, region: string): Buffer {
  return [date, region, 'dax', 'aws4_request'].reduce<Buffer>(sign, Buffer.from(`AWS4${secretAccessKey}`));
}

function sign(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
