import { collectionTag, uuidTag, type Tag } from '../cache/index.js';

/** What others see of a user. The triggers of migration `cache_versions` bump it. */
export const userTag = uuidTag('user');

/** The messages of one conversation. */
export const conversationTag = uuidTag('conversation');

/** The conversations of one user, with their last messages and unread counts. */
export const inboxTag = uuidTag('inbox');

/** Every cached response that is made of messages: bumped where it is not known which of them changed. */
export const MESSAGES_TAG = collectionTag('messages');

/** What a new message changes. */
export const tagsOfMessage = (message: {
  readonly conversationId: string;
  readonly from: string;
  readonly to: string;
}): readonly Tag[] => [conversationTag(message.conversationId), inboxTag(message.from), inboxTag(message.to)];
