import { DaxFailure, dynamoFailure } from './errors.js';

/** A client uses the id of a list that this server has never given out, or has lost. No attribute is mixed up. */
export class UnknownAttributeListError extends DaxFailure {
  override readonly name = 'UnknownAttributeListError';

  constructor(id: number) {
    super(
      dynamoFailure(
        'ValidationException',
        `attribute list ${id} is unknown; the client has to be started anew`,
      ),
    );
  }
}
