import { AppError } from '../errors/app-error.js';
import { describeError } from './describe-error.js';

describe('describeError', () => {
  it('a foreign error is described by type, code and place, never by its message', () => {
    const error = Object.assign(new TypeError('secret 1\nsecret 2\n    secret at 3'), { code: 'P2002' });

    const description = describeError(error);

    expect(description).toMatchObject({ type: 'TypeError', code: 'P2002' });
    expect(description.at?.[0]).toContain('describe-error.spec');
    expect(JSON.stringify(description)).not.toContain('secret');
  });

  it('our own errors keep their message, and their causes are described too', () => {
    const error = new AppError('INTERNAL', 'No answer.', { cause: new Error('secret') });

    expect(describeError(error)).toMatchObject({
      message: 'No answer.',
      code: 'INTERNAL',
      cause: { type: 'Error' },
    });
    expect(JSON.stringify(describeError(error))).not.toContain('secret');
  });

  it('a cycle of causes ends', () => {
    const error = new Error('a');
    error.cause = error;

    expect(JSON.stringify(describeError(error)).length).toBeLessThan(20_000);
  });

  it.each(['secret', 42, undefined, null, { secret: 1 }])(
    'what is no error is described by its type: %p',
    (thrown) => {
      expect(describeError(thrown)).toEqual({ type: typeof thrown });
    },
  );
});
