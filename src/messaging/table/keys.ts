/** The index that lists an inbox, the newest conversation first. */
export const INDEX_BY_RECENCY = 'by-recency';

/** An item's primary key. */
export interface ItemKey {
  readonly PK: string;
  readonly SK: string;
}

export const partitionOfConversation = (id: string): string => `CONV#${id}`;
export const partitionOfUser = (id: string): string => `USER#${id}`;
/** What sort keys of messages begin with. */
export const MESSAGE_PREFIX = 'MSG#';
/** What sort keys of inbox entries begin with. */
const CONVERSATION_PREFIX = 'CONV#';

export const messageKey = (conversationId: string, id: string): ItemKey => ({
  PK: partitionOfConversation(conversationId),
  SK: `${MESSAGE_PREFIX}${id}`,
});
export const conversationKey = (id: string): ItemKey => ({ PK: partitionOfConversation(id), SK: 'META' });
export const inboxKey = (userId: string, conversationId: string): ItemKey => ({
  PK: partitionOfUser(userId),
  SK: `${CONVERSATION_PREFIX}${conversationId}`,
});
export const sentKey = (userId: string, idempotencyKey: string): ItemKey => ({
  PK: partitionOfUser(userId),
  SK: `IDEM#${idempotencyKey}`,
});

/** Where a conversation stands among a user's: by its last message, then by its id. */
export const recencyOf = (lastAt: string, conversationId: string): string => `${lastAt}#${conversationId}`;

/** Whether `key` is that of a message. */
export const isMessageKey = ({ PK, SK }: ItemKey): boolean =>
  PK.startsWith('CONV#') && SK.startsWith(MESSAGE_PREFIX);

/** Whether `key` is that of a conversation. */
export const isConversationKey = ({ PK, SK }: ItemKey): boolean => PK.startsWith('CONV#') && SK === 'META';

/** Whether `key` is that of an inbox entry. */
export const isInboxKey = ({ PK, SK }: ItemKey): boolean =>
  PK.startsWith('USER#') && SK.startsWith(CONVERSATION_PREFIX);

/** The conversation or the user that an item belongs to. */
export const ownerOf = ({ PK }: ItemKey): string => afterHash(PK);

/** What stands behind the `#` of a key: an id. */
export function afterHash(key: string): string {
  return key.slice(key.indexOf('#') + 1);
}
