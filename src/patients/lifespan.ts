import { AppError, type FieldError } from '../common/errors/app-error.js';
import { fromDate } from './calendar.js';

/** The first time zone to begin a day is UTC+14. */
const EARLIEST_ZONE_OFFSET_MS = 14 * 60 * 60 * 1000;

interface Lifespan {
  readonly birthDate?: string | undefined;
  readonly deathDate?: string | null | undefined;
}

/**
 * Refuses dates that have not begun anywhere yet. That death does not come before birth is for the database to see:
 * only there are both known, whichever of them a request changes.
 * @throws {AppError} `ENTITY_UNPROCESSABLE`
 */
export function refuseFuture({ birthDate, deathDate }: Lifespan, now: Date): void {
  const today = fromDate(new Date(now.getTime() + EARLIEST_ZONE_OFFSET_MS));
  const errors = Object.entries({ birthDate, deathDate })
    .filter(([, date]) => typeof date === 'string' && date > today)
    .map(([field]): FieldError => ({ field, message: 'must not be in the future' }));
  if (errors.length > 0) throw unprocessable(errors);
}

export const deathBeforeBirth = () =>
  unprocessable([{ field: 'deathDate', message: 'must not be before birthDate' }]);

function unprocessable(errors: readonly FieldError[]): AppError {
  return new AppError(
    'ENTITY_UNPROCESSABLE',
    'The dates contradict each other or the calendar: see errors.',
    { errors },
  );
}
