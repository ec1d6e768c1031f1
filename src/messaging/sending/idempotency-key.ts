import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { AppError } from '../../common/errors/app-error.js';

const NAME = 'Idempotency-Key';
const VISIBLE_ASCII = /^[\x21-\x7e]{1,255}$/;
const EXAMPLE = '6f1d2c3b-8a7e-4f60-9d5c-1b2a3c4d5e6f';

/**
 * The request's idempotency key; undefined when it has none.
 * @throws {AppError} `REQUEST_INVALID`
 */
export const IdempotencyKey = createParamDecorator((_: unknown, context: ExecutionContext) => {
  const { headers } = context.switchToHttp().getRequest<FastifyRequest>();
  const key = headers[NAME.toLowerCase()];
  if (key === undefined || key === '') return undefined;
  if (typeof key === 'string' && VISIBLE_ASCII.test(key)) return key;
  throw new AppError('REQUEST_INVALID', 'The request has mistakes: see errors.', {
    errors: [{ field: NAME, message: 'must be 1 to 255 visible ASCII characters' }],
  });
});

/** Documents the header. Swagger UI fills in the first example, which is empty: nothing is sent. */
export const ApiIdempotencyKey = () =>
  ApiHeader({
    name: NAME,
    required: false,
    description:
      'Any text of your own, such as a uuid, one for each message: the same request again within 24 hours sends nothing ' +
      'and gives the same answer. Without it a request that is repeated may send the message twice.',
    schema: { type: 'string', minLength: 1, maxLength: 255, example: EXAMPLE },
    examples: {
      none: { summary: 'Not given', value: '' },
      given: { summary: 'A uuid of the client', value: EXAMPLE },
    },
  });
