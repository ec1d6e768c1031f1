import { toCacheError } from '../dynamo/dynamo-errors.js';
import { isConditionFailure } from '../../../dynamo/dynamo-errors.js';
import { toSdkError } from './dax-errors.js';

/** As AWS's client makes them. */
function daxError(code: string, statusCode: number, message = 'patient-in-a-key'): Error {
  return Object.assign(new Error(message), { code, statusCode });
}

describe('an error of the DAX client', () => {
  it.each([
    ['ThrottlingException', 400, 'CACHE_STORE_FAULT', 'DynamoDB: ThrottlingException (400).'],
    ['NoRouteException', -1, 'CACHE_STORE_FAULT', 'DynamoDB: NoRouteException (-1).'],
    [
      'ValidationException',
      400,
      'CACHE_REQUEST_REFUSED',
      'DynamoDB refuses the request as such: ValidationException (400).',
    ],
  ])('%s is told by its code, without its message', (code, status, expected, message) => {
    expect(toCacheError(toSdkError(daxError(code, status)))).toMatchObject({ code: expected, message });
  });

  it('about an item over the limit is no fault', () => {
    const error = daxError('ValidationException', 400, 'Item size has exceeded the maximum allowed size');
    expect(toCacheError(toSdkError(error)).code).toBe('CACHE_ENTRY_TOO_LARGE');
  });

  it('about a condition that does not hold is known as such', () => {
    expect(isConditionFailure(toSdkError(daxError('ConditionalCheckFailedException', 400)))).toBe(true);
  });

  it.each([[undefined], [null], ['text'], [new Error('patient-in-a-key')]])(
    'without a form is a fault that quotes nothing: %p',
    (error) => {
      const known = toCacheError(toSdkError(error));
      expect(known.code).toBe('CACHE_STORE_FAULT');
      expect(known.message).toBe('DynamoDB: unknown error.');
    },
  );
});
