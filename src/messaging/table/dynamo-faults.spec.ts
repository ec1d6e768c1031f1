import { AppError } from '../../common/errors/app-error.js';
import { isPassing, isRefused, MessagesUnavailableError, toMessagingError } from './dynamo-faults.js';

const error = (name: string, more: object = {}): Error =>
  Object.assign(new Error('secret of the table'), { name, ...more });

const answered = (name: string, httpStatusCode: number): Error =>
  error(name, { $metadata: { httpStatusCode } });

const cancelled = (...codes: string[]): Error =>
  error('TransactionCanceledException', {
    $metadata: { httpStatusCode: 400 },
    CancellationReasons: codes.map((Code) => ({ Code })),
  });

describe('faults of DynamoDB', () => {
  it.each([
    ['an answer of the service', error('ProvisionedThroughputExceededException', { $metadata: {} })],
    ['an answer that is none of DynamoDB', error('SyntaxError', { $metadata: {} })],
    ['nobody listens', error('Error', { code: 'ECONNREFUSED' })],
    ['a time-out', error('TimeoutError')],
    ['a deadline', error('AbortError')],
    ['no credentials', error('CredentialsProviderError')],
  ])('%s: 503, and it may pass', (_, fault) => {
    const answer = toMessagingError(fault) as MessagesUnavailableError;

    expect(answer).toMatchObject({ code: 'MESSAGES_UNAVAILABLE', retryAfterSeconds: 1, isOutage: true });
    expect(String((answer.cause as Error).message)).not.toContain('secret');
    expect(isPassing(fault)).toBe(true);
  });

  it.each(['ValidationError', 'ItemCollectionSizeLimitExceeded'])(
    'a transaction that is cancelled with %s: a fault of what it writes',
    (Code) => {
      const fault = cancelled('None', Code);

      expect(toMessagingError(fault)).not.toBeInstanceOf(AppError);
      expect(toMessagingError(fault)).toMatchObject({ name: Code });
      expect(isPassing(fault)).toBe(false);
    },
  );

  it('a transaction that is cancelled since there is no capacity: 503, and it may pass', () => {
    const fault = cancelled('None', 'ThrottlingError');

    expect(toMessagingError(fault)).toBeInstanceOf(MessagesUnavailableError);
    expect(isPassing(fault)).toBe(true);
  });

  it.each([
    ['a cancelled transaction', true, cancelled('TransactionConflict')],
    ['throttling', true, answered('ThrottlingException', 400)],
    ['nobody listens', true, error('Error', { code: 'ECONNREFUSED', $metadata: { attempts: 2 } })],
    ['no credentials', true, error('CredentialsProviderError')],
    ['an attempt before it is under way', false, answered('TransactionInProgressException', 400)],
    ['an error inside DynamoDB', false, answered('InternalServerError', 500)],
    ['a proxy gave up waiting', false, answered('Error', 408)],
    ['an answer that cannot be read', false, answered('SyntaxError', 200)],
    ['a connection that broke', false, error('Error', { code: 'ECONNRESET' })],
    ['a time-out', false, error('TimeoutError')],
    ['a deadline', false, error('AbortError')],
  ])('%s: certainly not carried out: %s', (_, expected, fault) => {
    expect(isRefused(fault)).toBe(expected);
  });

  it.each([
    ['a request that DynamoDB refuses as such', error('ValidationException', { $metadata: {} })],
    ['a mistake in our code', new TypeError('secret of the table')],
    ['a check of Node that our code failed', error('TypeError', { code: 'ERR_INVALID_ARG_TYPE' })],
    ['an error of nobody', error('Error')],
  ])('%s: no outage, no second attempt, and nothing of its message', (_, mistake) => {
    const answer = toMessagingError(mistake);

    expect(answer).not.toBeInstanceOf(AppError);
    expect(answer).toMatchObject({ name: mistake.name });
    expect(answer.message).not.toContain('secret');
    expect(isPassing(mistake)).toBe(false);
  });
});
