import type { TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import { participantsOf } from '../table/participants.js';
import { messageItem, timeOf, type SentRecord, type StoredMessage } from '../table/items.js';
import { conversationKey, inboxKey, recencyOf, sentKey } from '../table/keys.js';
import { ulidAfter } from '../ulid.js';

/** A message to be written, before it has an id. */
export interface Draft {
  readonly conversationId: string;
  /** User ids. */
  readonly from: string;
  readonly to: string;
  readonly text: string;
  readonly idempotencyKey: string;
  /** Of the request, to tell another one under the same key. */
  readonly hash: string;
  readonly writeId: string;
}
/** What goes into one transaction: at least one draft. */
export type Drafts = readonly [Draft, ...Draft[]];

/** One transaction that appends `messages` to their conversation. */
export interface AppendRequest {
  readonly items: NonNullable<TransactWriteCommandInput['TransactItems']>;
  /** What is remembered of each draft, in their order. */
  readonly sent: readonly SentRecord[];
  /** The id of the newest of them. */
  readonly lastId: string;
}

/** Characters of a message that lists of conversations show. They cost capacity in each. */
const PREVIEW_CHARACTERS = 200;
const SENT_KEPT_SECONDS = 24 * 60 * 60;
/** Where the conversation stands among the items of the transaction; then come two inboxes, then two items a draft. */
export const CONVERSATION_INDEX = 0;
const FIRST_DRAFT_INDEX = 3;

/** Where the idempotency item of the draft at `index` stands among the items of the transaction. */
export const sentIndex = (index: number): number => FIRST_DRAFT_INDEX + 2 * index + 1;

/**
 * The transaction that appends `drafts`, of one conversation, in their order. Their ids sort after `last`, and it is
 * carried out only if `last` still is the conversation's newest message: so the order is total, and no inbox goes back.
 * @param last the id of the newest message; undefined: there is none
 */
export function appendRequest(
  table: string,
  drafts: Drafts,
  last: string | undefined,
  nowMs: number,
): AppendRequest {
  const messages: StoredMessage[] = [];
  let lastId = last;
  for (const { conversationId, from, to, text, writeId } of drafts) {
    lastId = ulidAfter(lastId, nowMs);
    messages.push({ id: lastId, conversationId, from, to, text, at: timeOf(lastId), writeId });
  }
  const newest = messages.at(-1) as StoredMessage;
  const ttl = Math.floor(nowMs / 1_000) + SENT_KEPT_SECONDS;
  const sent = messages.map(({ id, conversationId, writeId, to }, index): SentRecord => {
    const { hash } = drafts[index] as Draft;
    return { hash, writeId, conversationId, messageId: id, to, ttl };
  });
  return {
    sent,
    lastId: newest.id,
    items: [
      conversationWrite(table, newest, last),
      ...participantsOf(newest.from, newest.to).map((user) => inboxWrite(table, user, messages, newest)),
      ...messages.flatMap((message, index) => [
        messageWrite(table, message),
        sentWrite(table, drafts[index] as Draft, sent[index] as SentRecord, nowMs),
      ]),
    ],
  };
}

type Write = AppendRequest['items'][number];

function conversationWrite(TableName: string, newest: StoredMessage, last: string | undefined): Write {
  return {
    Update: {
      TableName,
      Key: conversationKey(newest.conversationId),
      UpdateExpression: 'SET participants = :participants, lastMessageId = :id',
      ConditionExpression: last === undefined ? 'attribute_not_exists(PK)' : 'lastMessageId = :last',
      ExpressionAttributeValues: {
        ':participants': participantsOf(newest.from, newest.to),
        ':id': newest.id,
        ...(last === undefined ? {} : { ':last': last }),
      },
      // The next attempt needs no read to know what the newest message is.
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    },
  };
}

function inboxWrite(
  TableName: string,
  user: string,
  messages: readonly StoredMessage[],
  newest: StoredMessage,
): Write {
  return {
    Update: {
      TableName,
      Key: inboxKey(user, newest.conversationId),
      UpdateExpression:
        'SET recency = :recency, #with = :with, lastMessageId = :id, lastFrom = :from, lastText = :text, lastAt = :at, ' +
        'writeId = :write ADD unread :received',
      ExpressionAttributeNames: { '#with': 'with' },
      ExpressionAttributeValues: {
        ':recency': recencyOf(newest.at, newest.conversationId),
        ':with': newest.from === user ? newest.to : newest.from,
        ':id': newest.id,
        ':from': newest.from,
        ':text': preview(newest.text),
        ':at': newest.at,
        ':write': newest.writeId,
        ':received': messages.filter(({ to }) => to === user).length,
      },
    },
  };
}

function messageWrite(TableName: string, message: StoredMessage): Write {
  return {
    Put: { TableName, Item: messageItem(message), ConditionExpression: 'attribute_not_exists(PK)' },
  };
}

function sentWrite(TableName: string, draft: Draft, sent: SentRecord, nowMs: number): Write {
  return {
    Put: {
      TableName,
      Item: { ...sentKey(draft.from, draft.idempotencyKey), ...sent },
      // DynamoDB deletes expired items days late.
      ConditionExpression: 'attribute_not_exists(PK) OR #ttl <= :now',
      ExpressionAttributeNames: { '#ttl': 'ttl' },
      ExpressionAttributeValues: { ':now': Math.floor(nowMs / 1_000) },
    },
  };
}

function preview(text: string): string {
  return text.length <= PREVIEW_CHARACTERS ? text : Array.from(text).slice(0, PREVIEW_CHARACTERS).join('');
}
