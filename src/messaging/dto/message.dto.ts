import { z } from 'zod';
import { pageOf } from '../../common/pagination.dto.js';
import { text, uuid } from '../../common/validation.js';
import { ULID } from '../ulid.js';

const MAX_CHARACTERS = 4_000;
const MAX_HANDLE_LENGTH = 64;
const EXAMPLE_ID = '01KG9V0W3R8Q5ZJ4M2N7T6XBCD';
const EXAMPLE_TEXT = 'Could you look at the new potassium value? 🙏';
const EXAMPLE_CONVERSATION = '0d5b2c1e-6a3f-5e7d-9b8c-4f1a2e3d4c5b';

const messageText = () =>
  text(MAX_CHARACTERS).meta({
    description: `The text, 1 to ${MAX_CHARACTERS} characters (Unicode code points) after NFC, without spaces at its ends.`,
    example: EXAMPLE_TEXT,
  });

const id = () => z.string().regex(ULID, 'must be the id of a message').meta({ example: EXAMPLE_ID });
const conversationId = () => uuid().meta({ example: EXAMPLE_CONVERSATION });
const at = () =>
  z.string().meta({
    description: 'When it was sent. Grows within a conversation, as the ids do.',
    format: 'date-time',
    example: '2026-01-31T08:30:00.000Z',
  });

/** A user as messages show them. */
export const Correspondent = z
  .object({
    id: uuid().meta({ description: 'The user.', example: 'a11ce000-0000-4000-8000-000000000001' }),
    handle: z.string().nullable().meta({
      description: 'The name that others address the user by; null when they are no user any more.',
      example: 'ana',
    }),
    displayName: z.string().meta({ description: 'The name to show.', example: 'Ana Ferreira' }),
  })
  .meta({ id: 'Correspondent', description: 'Somebody who takes part in a conversation.' });
export type Correspondent = z.output<typeof Correspondent>;

/** A message of a conversation. */
export const Message = z
  .object({
    id: id().meta({ description: 'The message: a ULID. Ids of one conversation grow.' }),
    conversationId: conversationId().meta({ description: 'The conversation.' }),
    from: Correspondent.meta({ description: 'Who wrote it.' }),
    text: z.string().meta({ description: 'The text.', example: EXAMPLE_TEXT }),
    at: at(),
  })
  .meta({ id: 'Message', description: 'A message of a conversation of two.' });
export type Message = z.output<typeof Message>;

/** A conversation in the list of a participant. */
export const Conversation = z
  .object({
    id: conversationId().meta({ description: 'The conversation.' }),
    with: Correspondent.meta({ description: 'The other participant.' }),
    lastMessage: z
      .object({
        text: z.string().meta({ description: 'Its first 200 characters.', example: EXAMPLE_TEXT }),
        at: at(),
        from: uuid().meta({
          description: 'The user who wrote it.',
          example: 'a11ce000-0000-4000-8000-000000000001',
        }),
      })
      .meta({ description: 'The newest message.' }),
    unread: z.int().meta({ description: 'Messages that came since you last marked it as read.', example: 2 }),
  })
  .meta({ id: 'Conversation', description: 'A conversation of two, as one of them sees it.' });
export type Conversation = z.output<typeof Conversation>;

/** Body of `POST /api/messages`. */
export const NewMessage = z
  .strictObject({
    to: text(MAX_HANDLE_LENGTH).optional().meta({
      description: 'The handle of who gets it. Either this or `conversationId`.',
      example: 'bruno',
    }),
    conversationId: conversationId()
      .optional()
      .meta({ description: 'The conversation that it continues. Either this or `to`.' }),
    text: messageText(),
  })
  .refine(({ to, conversationId: into }) => (to === undefined) !== (into === undefined), {
    path: ['to'],
    error: 'must be given, or conversationId, and not both',
  })
  .meta({
    id: 'NewMessage',
    description: 'A message to be sent. Unknown fields are refused.',
    example: { to: 'bruno', text: EXAMPLE_TEXT },
  });
export type NewMessage = z.output<typeof NewMessage>;

export const ConversationParams = z.object({
  id: conversationId().meta({ description: 'The conversation.' }),
});
export type ConversationParams = z.output<typeof ConversationParams>;

export const MessagePage = pageOf('MessagePage', 'Messages of a conversation, newest first.', Message);
export const ConversationPage = pageOf('ConversationPage', 'Your conversations, newest first.', Conversation);
