import { AppError } from '../common/errors/app-error.js';
import { isPassing, toMessagingError } from './dynamo-faults.js';

const error = (name: string, more: object = {}): Error =>
  Object.assign(new Error('secret of the table'), { name, ...more });

describe('faults of DynamoDB', () => {
  it.each([
    ['an answer of the service', error('ProvisionedThroughputExceededException', { $metadata: {} })],
    ['an answer that is none of DynamoDB', error('SyntaxError', { $metadata: {} })],
    ['nobody listens', error('Error', { code: 'ECONNREFUSED' })],
    ['a time-out', error('TimeoutError')],
    ['a deadline', error('AbortError')],
    ['no credentials', error('CredentialsProviderError')],
  ])('%s: 503, and it may pass', (_, fault) => {
    const answer = toMessagingError(fault) as AppError;

    expect(answer).toMatchObject({ code: 'MESSAGES_UNAVAILABLE', retryAfterSeconds: 1 });
    expect(String((answer.cause as Error).message)).not.toContain('secret');
    expect(isPassing(fault)).toBe(true);
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
