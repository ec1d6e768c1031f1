import { AppError } from '../../common/errors/app-error.js';

const SEQ = /^\d{1,15}$/;

/**
 * The `seq` in a `Last-Event-ID`; undefined where there is none, or an empty one, which says that no event had an id.
 * @throws {AppError} `REQUEST_INVALID` when it is none of ours
 */
export function lastEventIdOf(header: string | undefined): number | undefined {
  if (header === undefined || header === '') return undefined;
  if (SEQ.test(header)) return Number(header);
  const errors = [{ field: 'Last-Event-ID', message: 'must be the id of an event' }];
  throw new AppError('REQUEST_INVALID', 'The request has mistakes: see errors.', { errors });
}
