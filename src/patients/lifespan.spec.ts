import { AppError } from '../common/errors/app-error.js';
import { refuseFuture } from './lifespan.js';

describe('refuseFuture', () => {
  // In UTC+14 this is 01:00 of 11 March already.
  const now = new Date('2026-03-10T11:00:00Z');

  it.each([
    [{}],
    [{ birthDate: '1984-02-29' }],
    [{ birthDate: '2026-03-11', deathDate: '2026-03-11' }],
    [{ birthDate: '1984-02-29', deathDate: null }],
  ])('%j: passes, today is wherever it is latest', (dates) => {
    expect(() => refuseFuture(dates, now)).not.toThrow();
  });

  it.each([
    [{ birthDate: '2026-03-12' }, ['birthDate']],
    [{ deathDate: '2026-03-12' }, ['deathDate']],
    [{ birthDate: '9999-12-31', deathDate: '9999-12-31' }, ['birthDate', 'deathDate']],
  ])('%j: ENTITY_UNPROCESSABLE that names every wrong field', (dates, fields) => {
    const refusal = (() => {
      try {
        refuseFuture(dates, now);
        return undefined;
      } catch (error) {
        return error as AppError;
      }
    })();

    expect(refusal).toBeInstanceOf(AppError);
    expect(refusal?.code).toBe('ENTITY_UNPROCESSABLE');
    expect(refusal?.errors.map(({ field }) => field)).toEqual(fields);
  });
});
