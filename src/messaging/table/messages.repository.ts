import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { QueryCommand, UpdateCommand, type QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import { dynamoErrorName } from '../../dynamo/dynamo-errors.js';
import { MessagingDocuments } from './documents.js';
import { AFTER_CONFLICT, stringOf, toMessagingError } from './dynamo-faults.js';
import { backoffMs, pauseFor } from '../../waiting/backoff.js';
import {
  parseConversation,
  parseInboxEntry,
  parseMessage,
  type InboxEntry,
  type StoredConversation,
  type StoredMessage,
} from './items.js';
import {
  conversationKey,
  inboxKey,
  INDEX_BY_RECENCY,
  MESSAGE_PREFIX,
  messageKey,
  partitionOfConversation,
  partitionOfUser,
  recencyOf,
} from './keys.js';

/** Attempts to mark as read while messages are written to the same conversation. */
const MAX_CONFLICTS = 20;

/** Where an inbox entry stands in its list. */
export type InboxPosition = [lastAt: string, conversationId: string];

/** The write that set an unread count to zero. */
export interface MarkedRead {
  /** Undefined: nothing was unread, and never was. */
  readonly writeId: string | undefined;
}

/** Messages and conversations in DynamoDB. Every read is strongly consistent: cached loads rely on it. */
@Injectable()
export class MessagesRepository {
  constructor(private readonly documents: MessagingDocuments) {}

  /** Undefined when there is no such conversation. */
  async findConversation(id: string): Promise<StoredConversation | undefined> {
    const item = await this.documents.get(conversationKey(id));
    return item === undefined ? undefined : parseConversation(item);
  }

  /** At most `limit` messages of a conversation, newest first, those before the message `before`. */
  async messages(conversationId: string, limit: number, before?: string): Promise<StoredMessage[]> {
    const items = await this.query(limit, {
      KeyConditionExpression: 'PK = :partition AND begins_with(SK, :prefix)',
      ExpressionAttributeValues: {
        ':partition': partitionOfConversation(conversationId),
        ':prefix': MESSAGE_PREFIX,
      },
      ExclusiveStartKey: before === undefined ? undefined : messageKey(conversationId, before),
    });
    return items.map(parseMessage);
  }

  /** At most `limit` conversations of a user, newest first, those after `position`. */
  async inbox(userId: string, limit: number, position?: InboxPosition): Promise<InboxEntry[]> {
    const items = await this.query(limit, {
      IndexName: INDEX_BY_RECENCY,
      KeyConditionExpression: 'PK = :partition',
      ExpressionAttributeValues: { ':partition': partitionOfUser(userId) },
      ExclusiveStartKey:
        position === undefined
          ? undefined
          : { ...inboxKey(userId, position[1]), recency: recencyOf(...position) },
    });
    return items.map(parseInboxEntry);
  }

  /**
   * Sets the unread count of a user's conversation to zero. Messages that arrive later count from there: DynamoDB orders
   * this update and the transactions that add.
   * @returns the write whose tags have to be raised, this one or the one before it; undefined when there is no such entry
   */
  async markRead(userId: string, conversationId: string): Promise<MarkedRead | undefined> {
    const writeId = randomUUID();
    const request = new UpdateCommand({
      TableName: this.documents.table,
      Key: inboxKey(userId, conversationId),
      UpdateExpression: 'SET unread = :zero, readId = :write',
      ConditionExpression: 'unread > :zero',
      ExpressionAttributeValues: { ':zero': 0, ':write': writeId },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.documents.attempt((client) => client.send(request));
        return { writeId };
      } catch (error) {
        if (dynamoErrorName(error) === 'ConditionalCheckFailedException') {
          const { Item } = error as { readonly Item?: unknown };
          return Item === undefined ? undefined : { writeId: stringOf(Item, 'readId') };
        }
        // A message is being written to the same conversation.
        const isConflict =
          dynamoErrorName(error) === 'TransactionConflictException' && attempt < MAX_CONFLICTS;
        if (!isConflict) throw toMessagingError(error);
        await pauseFor(backoffMs(attempt, AFTER_CONFLICT));
      }
    }
  }

  private async query(limit: number, request: Omit<QueryCommandInput, 'TableName'>) {
    const items: unknown[] = [];
    let ExclusiveStartKey = request.ExclusiveStartKey;
    do {
      // One answer has at most 1 MB: a page of long messages comes in several.
      const answer = await this.documents.ask((client) =>
        client.send(
          new QueryCommand({
            ...request,
            TableName: this.documents.table,
            ConsistentRead: true,
            ScanIndexForward: false,
            Limit: limit - items.length,
            ExclusiveStartKey,
          }),
        ),
      );
      items.push(...(answer.Items ?? []));
      ExclusiveStartKey = answer.LastEvaluatedKey;
    } while (ExclusiveStartKey !== undefined && items.length < limit);
    return items;
  }
}
