import { z } from 'zod';
import { text } from '../../../common/validation.js';

const MAX_HANDLE_LENGTH = 64;

/** Body of `POST /api/dev/tokens`. */
export const CreateDevToken = z
  .strictObject({
    handle: text(MAX_HANDLE_LENGTH).meta({ description: 'The handle of a user.', example: 'ana' }),
  })
  .meta({ id: 'CreateDevToken', description: 'Whom the token is for.' });
export type CreateDevToken = z.output<typeof CreateDevToken>;

/** Answer of `POST /api/dev/tokens`. */
export const DevToken = z
  .object({
    token: z.string().meta({
      description: 'A bearer token: send it as `Authorization: Bearer <token>`.',
      example: 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiI3YjFkNGE1MiJ9.c2lnbmF0dXJl',
    }),
  })
  .meta({ id: 'DevToken', description: 'A token of the local issuer, good for one hour.' });
export type DevToken = z.output<typeof DevToken>;
