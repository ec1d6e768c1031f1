import { DaxFailure, dynamoFailure } from './errors.js';

/** A bound of this server is reached. */
export class LimitError extends DaxFailure {
  override readonly name = 'LimitError';

  constructor(message: string) {
    super(dynamoFailure('LimitExceededException', message));
  }
}
