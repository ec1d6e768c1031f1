import type { CancellationReason } from '@aws-sdk/client-dynamodb';
import { CborWriter } from '../cbor/cbor-writer.js';

/** A failure as the protocol carries it: from `codes` and `name` clients make their exception. */
export interface Failure {
  readonly codes: readonly number[];
  readonly message: string;
  readonly name: string;
  readonly status: number;
  readonly requestId?: string | undefined;
  /** Of a cancelled transaction, one for each of its items; `values` is the old item, encoded. */
  readonly reasons?: readonly { code: string; message?: string | undefined; values?: Buffer | undefined }[];
}

/** To throw where the failure is not one of DynamoDB. */
export class DaxFailure extends Error {
  constructor(readonly failure: Failure) {
    super(failure.message);
  }
}

const DYNAMODB = [4, 37, 38, 39] as const;

/** The last code of each of DynamoDB's exceptions. */
const CODES: Readonly<Record<string, number>> = {
  ProvisionedThroughputExceededException: 40,
  ResourceNotFoundException: 41,
  ConditionalCheckFailedException: 43,
  ResourceInUseException: 45,
  ValidationException: 46,
  InternalServerError: 47,
  ItemCollectionSizeLimitExceededException: 48,
  LimitExceededException: 49,
  ThrottlingException: 50,
  TransactionConflictException: 57,
  TransactionCanceledException: 58,
  TransactionInProgressException: 59,
  IdempotentParameterMismatchException: 60,
  RequestLimitExceeded: 61,
};
/** Of no exception: clients then take the name as it is sent. */
const UNLISTED = 0;

/** What AWS's SDK throws has these members. */
interface SdkError extends Error {
  readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string };
  readonly CancellationReasons?: CancellationReason[];
}

/** A failure with one of DynamoDB's exceptions. */
export function dynamoFailure(name: string, message: string, status = 400): Failure {
  return { codes: [...DYNAMODB, CODES[name] ?? UNLISTED], message, name, status };
}

/** The failure that a thrown error stands for. An error without answer of DynamoDB is an InternalServerError. */
export function failureOf(error: unknown): Failure {
  if (error instanceof DaxFailure) return error.failure;
  const { name, message, $metadata } = error as SdkError;
  const status = $metadata?.httpStatusCode;
  if (status === undefined) return dynamoFailure('InternalServerError', message, 500);
  return { ...dynamoFailure(name, message, status), requestId: $metadata?.requestId };
}

/** True when DynamoDB said that it did not do what it was asked; otherwise nobody knows. */
export function isRefusal(error: unknown): boolean {
  if (error instanceof DaxFailure) return true;
  const status = (error as SdkError).$metadata?.httpStatusCode;
  return status !== undefined && status < 500;
}

/** Of a cancelled transaction, what DynamoDB says of each of its items. */
export function cancellationReasons(error: unknown): CancellationReason[] | undefined {
  return (error as SdkError).name === 'TransactionCanceledException'
    ? (error as SdkError).CancellationReasons
    : undefined;
}

/** Three values: the codes, the message, the details. */
export function encodeFailure({ codes, message, name, status, requestId, reasons }: Failure): Buffer {
  const writer = new CborWriter().array(codes.length);
  for (const code of codes) writer.integer(code);
  writer.text(message).array(reasons === undefined ? 3 : 4);
  optionalText(writer, requestId).text(name).integer(status);
  if (reasons !== undefined) {
    writer.array(reasons.length * 3);
    for (const reason of reasons) {
      optionalText(writer.text(reason.code), reason.message);
      if (reason.values === undefined) writer.null();
      else writer.bytes(reason.values);
    }
  }
  return writer.finish();
}

function optionalText(writer: CborWriter, text: string | undefined): CborWriter {
  return text === undefined ? writer.null() : writer.text(text);
}

export const FAILURES = {
  /** Of defineKeySchema. */
  unknownTable: (table: string): Failure => ({
    codes: [4, 23, 24],
    message: `Cannot do operations on a non-existent table: ${table}`,
    name: 'ResourceNotFoundException',
    status: 400,
  }),
  /** The client signs in again and repeats the request once. */
  authenticationRequired: (): Failure => ({
    codes: [4, 23, 31, 33],
    message: 'Authentication required',
    name: 'MissingAuthenticationTokenException',
    status: 403,
  }),
  /** Signing in again would not help. */
  invalidCredentials: (message: string): Failure => ({
    codes: [4, 23, 31, 32],
    message,
    name: 'UnrecognizedClientException',
    status: 403,
  }),
  unknownMethod: (id: number): Failure => ({
    codes: [4, 37, 38, 44],
    message: `Method ${id} is not implemented`,
    name: 'ValidationException',
    status: 400,
  }),
} as const;
