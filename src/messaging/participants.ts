import { AppError } from '../common/errors/app-error.js';
import type { StoredConversation } from './items.js';

/** The other participant of `conversation`; undefined when it does not exist or `userId` takes no part in it. */
export function otherThan(userId: string, conversation: StoredConversation | undefined): string | undefined {
  if (conversation?.participants.includes(userId) !== true) return undefined;
  return conversation.participants.find((participant) => participant !== userId);
}

/** Conversations of others and those that do not exist are answered alike. */
export function conversationNotFound(): AppError {
  return new AppError('CONVERSATION_NOT_FOUND', 'You take part in no conversation with this id.');
}
