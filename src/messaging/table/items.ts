import { z } from 'zod';
import { ULID, ulidTimeMs } from '../ulid.js';
import { afterHash, messageKey, type ItemKey } from './keys.js';

/** An item as the document client takes and gives it. */
export type Item = Readonly<Record<string, unknown>>;

const uuid = z.uuid().lowercase();
const instant = z.iso.datetime({ precision: 3 });
const ulid = z.string().regex(ULID);

/** The id in a key. */
const after = (prefix: string, id: typeof uuid | typeof ulid) =>
  z.string().startsWith(prefix).transform(afterHash).pipe(id);

const MessageItem = z.object({
  PK: after('CONV#', uuid),
  SK: after('MSG#', ulid),
  from: uuid,
  to: uuid,
  text: z.string().min(1),
  at: instant,
  writeId: uuid,
});

const ConversationItem = z.object({
  PK: after('CONV#', uuid),
  SK: z.literal('META'),
  participants: z.tuple([uuid, uuid]),
  lastMessageId: ulid,
});

const InboxItem = z.object({
  PK: after('USER#', uuid),
  SK: after('CONV#', uuid),
  recency: z.string(),
  with: uuid,
  lastMessageId: ulid,
  lastFrom: uuid,
  lastText: z.string().min(1),
  lastAt: instant,
  unread: z.int().min(0),
  readId: uuid.optional(),
  writeId: uuid.optional(),
});

const SentItem = z.object({
  PK: after('USER#', uuid),
  SK: z.string().startsWith('IDEM#'),
  hash: z.string(),
  writeId: uuid,
  conversationId: uuid,
  messageId: ulid,
  to: uuid,
  ttl: z.int(),
});

/** A message as it is stored. `at` is the time in its id. */
export interface StoredMessage {
  /** A ULID that sorts after those of all earlier messages of the conversation. */
  readonly id: string;
  readonly conversationId: string;
  /** User ids. */
  readonly from: string;
  readonly to: string;
  readonly text: string;
  /** ISO 8601, UTC, milliseconds. */
  readonly at: string;
  /** Names the write, whose tags are raised once: by who wrote, or by who reads the stream. */
  readonly writeId: string;
}

/** A conversation: who takes part, and its newest message. */
export interface StoredConversation {
  readonly id: string;
  readonly participants: readonly [string, string];
  readonly lastMessageId: string;
}

/** A conversation in the list of one participant. */
export interface InboxEntry {
  readonly userId: string;
  readonly conversationId: string;
  /** The other participant. */
  readonly with: string;
  readonly lastMessageId: string;
  readonly lastFrom: string;
  /** The beginning of the last message. */
  readonly lastText: string;
  readonly lastAt: string;
  readonly unread: number;
  /** Sort key of the index. */
  readonly recency: string;
  /** Names the last write that set `unread` to zero; undefined when there was none. */
  readonly readId: string | undefined;
  /** Names the write of the last message; undefined in entries of before it was kept. */
  readonly writeId: string | undefined;
}

/** What was sent under an idempotency key. */
export interface SentRecord {
  /** Of the request, to tell another one under the same key. */
  readonly hash: string;
  readonly writeId: string;
  readonly conversationId: string;
  readonly messageId: string;
  readonly to: string;
  /** Epoch seconds after which it no longer holds; DynamoDB deletes it some days later. */
  readonly ttl: number;
}

/** When the message `id` was written, as everywhere in the API. */
export const timeOf = (id: string): string => new Date(ulidTimeMs(id)).toISOString();

export function messageItem({ id, conversationId, ...rest }: StoredMessage): Item & ItemKey {
  return { ...messageKey(conversationId, id), ...rest };
}

/** @throws {ItemError} */
export function parseMessage(item: unknown): StoredMessage {
  const { PK: conversationId, SK: id, from, to, text, at, writeId } = parsed('message', MessageItem, item);
  return { id, conversationId, from, to, text, at, writeId };
}

/** @throws {ItemError} */
export function parseConversation(item: unknown): StoredConversation {
  const { PK: id, participants, lastMessageId } = parsed('conversation', ConversationItem, item);
  return { id, participants, lastMessageId };
}

/** @throws {ItemError} */
export function parseInboxEntry(item: unknown): InboxEntry {
  const entry = parsed('inbox entry', InboxItem, item);
  const { PK: userId, SK: conversationId, readId, writeId, ...rest } = entry;
  return { userId, conversationId, readId, writeId, ...rest };
}

/** @throws {ItemError} */
export function parseSent(item: unknown): SentRecord {
  const { hash, writeId, conversationId, messageId, to, ttl } = parsed('sent record', SentItem, item);
  return { hash, writeId, conversationId, messageId, to, ttl };
}

/** What came out of the table is not what this service writes. Says which fields, never what is in them. */
export class ItemError extends Error {
  override readonly name = 'ItemError';
}

function parsed<T>(kind: string, schema: z.ZodType<T>, item: unknown): T {
  const result = schema.safeParse(item);
  if (result.success) return result.data;
  const fields = new Set(result.error.issues.map(({ path }) => String(path[0] ?? 'item')));
  throw new ItemError(`A ${kind} of the messaging table is unreadable: ${[...fields].join(', ')}.`);
}
