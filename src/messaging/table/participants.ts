import { AppError } from '../../common/errors/app-error.js';
import { uuidV5 } from '../../common/uuid.js';
import type { StoredConversation } from './items.js';

/** Of our own: names in it are two user ids. */
const NAMESPACE = '5a0c7d0e-93c4-4f0f-8a58-6f2d4b1e7c21';

/** The id of the one conversation between two users, whoever of them is named first. */
export function conversationIdOf(oneUserId: string, otherUserId: string): string {
  return uuidV5(NAMESPACE, participantsOf(oneUserId, otherUserId).join(' '));
}

/** Both users in the order in which they are stored. */
export function participantsOf(oneUserId: string, otherUserId: string): [string, string] {
  const [one, other] = [oneUserId.toLowerCase(), otherUserId.toLowerCase()];
  return one < other ? [one, other] : [other, one];
}

/** The other participant of `conversation`; undefined when it does not exist or `userId` takes no part in it. */
export function otherThan(userId: string, conversation: StoredConversation | undefined): string | undefined {
  if (conversation?.participants.includes(userId) !== true) return undefined;
  return conversation.participants.find((participant) => participant !== userId);
}

/** Conversations of others and those that do not exist are answered alike. */
export function conversationNotFound(): AppError {
  return new AppError('CONVERSATION_NOT_FOUND', 'You take part in no conversation with this id.');
}
