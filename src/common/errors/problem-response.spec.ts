import { ConflictException } from '@nestjs/common';
import { AppError } from './app-error.js';
import { problemBody, toAppError } from './problem-response.js';

const SECRET = 'diagnosis: C50.9';

describe('toAppError', () => {
  it('an error of ours stays what it is', () => {
    const error = new AppError('PATIENT_NOT_FOUND', 'No patient has this id.');

    expect(toAppError(error)).toBe(error);
  });

  it('a framework error keeps its status and loses its message', () => {
    const error = toAppError(new ConflictException(SECRET));

    expect(problemBody(error, 'r-1')).toMatchObject({ status: 409, code: 'CONFLICT' });
    expect(JSON.stringify(problemBody(error, 'r-1'))).not.toContain(SECRET);
  });

  it.each([
    ['an error nobody foresaw', new Error(SECRET)],
    [
      'a driver error that carries a status of its own',
      Object.assign(new Error(SECRET), { statusCode: 404, code: 'X' }),
    ],
    ['something that is no error', SECRET],
  ])('%s becomes INTERNAL without its content', (_, thrown) => {
    const body = problemBody(toAppError(thrown), 'r-1');

    expect(body).toMatchObject({ status: 500, code: 'INTERNAL' });
    expect(JSON.stringify(body)).not.toContain(SECRET);
  });
});
