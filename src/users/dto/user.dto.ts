import { z } from 'zod';
import { ROLES } from '../../auth/principal.js';
import { text, uuid } from '../../common/validation.js';

const MAX_HANDLE_LENGTH = 64;

/** What everybody who is signed in may know of a user. */
export const UserProfile = z
  .object({
    id: uuid().meta({ description: 'The user: the subject of their tokens.' }),
    handle: z
      .string()
      .meta({ description: 'The unique name that others address the user by.', example: 'ana' }),
    displayName: z.string().meta({ description: 'The name to show.', example: 'Ana Torres' }),
  })
  .meta({ id: 'User', description: 'Somebody who signs in.' });
export type UserProfile = z.output<typeof UserProfile>;

/** What a user may know of themselves. */
export const CurrentUser = UserProfile.extend({
  role: z.enum(ROLES).meta({ description: 'What the user is to Careline.', example: 'clinician' }),
  patientId: uuid().nullable().meta({
    description: 'The patient that the user is, whose record they may read; null when they are none.',
    example: null,
  }),
}).meta({ id: 'CurrentUser', description: 'The user who asks.' });
export type CurrentUser = z.output<typeof CurrentUser>;

/** Query of `GET /api/users`. */
export const UserQuery = z.strictObject({
  handle: text(MAX_HANDLE_LENGTH).meta({
    description: 'The whole handle, as it is spelled.',
    example: 'ana',
  }),
});
export type UserQuery = z.output<typeof UserQuery>;
