import type { Tag } from '../../cache/index.js';
import { inboxTag, MESSAGES_TAG, tagsOfMessage } from '../cache-tags.js';
import { isMessageKey, ItemError, parseInboxEntry, parseMessage, type StoredMessage } from '../items.js';
import { imageOf, type StreamRecord } from './stream-record.js';

/** What one record asks for. */
export type RecordEffect =
  /** A message was written: raise its tags unless its writer did, then tell the live clients. */
  | { readonly kind: 'message'; readonly message: StoredMessage; readonly tags: readonly Tag[] }
  /** The unread count was set to zero: raise the tag unless the writer did. */
  | { readonly kind: 'read'; readonly writeId: string; readonly tags: readonly Tag[] }
  /** A message was changed or deleted, which this service never does: nobody else raised anything. */
  | { readonly kind: 'foreign'; readonly tags: readonly Tag[] }
  /** Part of a write whose message has a record of its own, or nothing that is cached. */
  | { readonly kind: 'none' };

const NONE: RecordEffect = { kind: 'none' };

/** @throws {ItemError} when the item is none that this service writes */
export function effectOf(record: StreamRecord): RecordEffect {
  const keys = imageOf(record, 'Keys');
  if (keys === undefined) throw new ItemError('A record of the stream has no keys.');
  if (isMessageKey(keys)) {
    if (record.eventName !== 'INSERT') return { kind: 'foreign', tags: [MESSAGES_TAG] };
    const message = parseMessage(imageOf(record, 'NewImage'));
    return { kind: 'message', message, tags: tagsOfMessage(message) };
  }
  if (record.eventName === 'MODIFY' && isInboxKey(keys)) return effectOnInbox(record);
  return NONE;
}

function effectOnInbox(record: StreamRecord): RecordEffect {
  const after = imageOf(record, 'NewImage');
  if (after?.['readId'] === undefined || after['readId'] === imageOf(record, 'OldImage')?.['readId'])
    return NONE;
  const { readId, userId } = parseInboxEntry(after);
  return readId === undefined ? NONE : { kind: 'read', writeId: readId, tags: [inboxTag(userId)] };
}

function isInboxKey({ PK, SK }: { readonly PK?: unknown; readonly SK?: unknown }): boolean {
  return typeof PK === 'string' && PK.startsWith('USER#') && typeof SK === 'string' && SK.startsWith('CONV#');
}
