import { isDeepStrictEqual } from 'node:util';
import type { Tag } from '../../cache/index.js';
import { conversationTag, inboxTag, MESSAGES_TAG, tagsOfMessage } from '../cache-tags.js';
import { ItemError, parseInboxEntry, parseMessage, type Item, type StoredMessage } from '../table/items.js';
import { isConversationKey, isInboxKey, isMessageKey, ownerOf, type ItemKey } from '../table/keys.js';
import { imageOf, type StreamRecord } from '../table/stream-record.js';

/** What one record asks for. */
export type RecordEffect =
  /** A message was written: raise its tags unless its writer did, then tell the live clients. */
  | { readonly kind: 'message'; readonly message: StoredMessage; readonly tags: readonly Tag[] }
  /** The unread count was set to zero: raise the tag unless the writer did. */
  | { readonly kind: 'read'; readonly writeId: string; readonly tags: readonly Tag[] }
  /** Something was changed in a way in which this service never does: nobody else raised anything. */
  | { readonly kind: 'foreign'; readonly tags: readonly Tag[] }
  /** Part of a write whose message has a record of its own, or nothing that is cached. */
  | { readonly kind: 'none' };

const NO_EFFECT: RecordEffect = { kind: 'none' };

/** @throws {ItemError} whatever it is that makes the record unreadable */
export function effectOf(record: StreamRecord): RecordEffect {
  try {
    return readEffect(record);
  } catch (cause) {
    if (cause instanceof ItemError) throw cause;
    throw new ItemError('A record of the stream is unreadable.', { cause });
  }
}

function readEffect(record: StreamRecord): RecordEffect {
  const keys = imageOf(record, 'Keys') as ItemKey | undefined;
  if (keys === undefined) throw new ItemError('A record of the stream has no keys.');
  const [before, after] = [imageOf(record, 'OldImage'), imageOf(record, 'NewImage')];
  if (isMessageKey(keys)) return effectOnMessage(record.eventName === 'INSERT' ? after : undefined);
  if (isConversationKey(keys)) return effectOnConversation(keys, before, after);
  if (isInboxKey(keys)) return effectOnInbox(keys, before, after);
  return NO_EFFECT;
}

/** @param written undefined: there was one, and it was changed or deleted */
function effectOnMessage(written: Item | undefined): RecordEffect {
  if (written === undefined) return { kind: 'foreign', tags: [MESSAGES_TAG] };
  const message = parseMessage(written);
  return { kind: 'message', message, tags: tagsOfMessage(message) };
}

/** Pages depend on who takes part alone; that there is no conversation is never cached. */
function effectOnConversation(
  keys: ItemKey,
  before: Item | undefined,
  after: Item | undefined,
): RecordEffect {
  const participants = (item: Item | undefined) => JSON.stringify(item?.['participants']);
  if (before === undefined || participants(before) === participants(after)) return NO_EFFECT;
  return { kind: 'foreign', tags: [conversationTag(ownerOf(keys))] };
}

function effectOnInbox(keys: ItemKey, before: Item | undefined, after: Item | undefined): RecordEffect {
  const tags = [inboxTag(ownerOf(keys))];
  if (before !== undefined && after !== undefined) {
    if (isByMessage(before, after)) return NO_EFFECT;
    const { readId } = parseInboxEntry(after);
    if (readId !== undefined && isByReading(before, after)) return { kind: 'read', writeId: readId, tags };
  }
  // A first message looks as an entry that somebody copies: raised once more than needed, rather than not at all.
  return { kind: 'foreign', tags };
}

/** Messages only go on, and each names its write: an older entry that is put in place of a newer one is not theirs. */
function isByMessage(before: Item, after: Item): boolean {
  return (
    after['writeId'] !== before['writeId'] && String(after['lastMessageId']) > String(before['lastMessageId'])
  );
}

/** Reading sets two attributes: an older entry that is put back has a read of its own, for which the inbox was raised before. */
function isByReading(before: Item, after: Item): boolean {
  const { unread, readId } = after;
  return (
    unread === 0 && readId !== before['readId'] && isDeepStrictEqual({ ...before, unread, readId }, after)
  );
}
