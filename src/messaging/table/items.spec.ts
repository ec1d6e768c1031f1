import { conversationIdOf, participantsOf } from './participants.js';
import {
  ItemError,
  messageItem,
  parseConversation,
  parseInboxEntry,
  parseMessage,
  parseSent,
  timeOf,
} from './items.js';
import { conversationKey, inboxKey, isMessageKey, recencyOf, sentKey } from './keys.js';
import { ulidAfter } from '../ulid.js';

const ANA = 'a11ce000-0000-4000-8000-000000000001';
const BRUNO = 'a11ce000-0000-4000-8000-000000000002';
const WRITE = '3f6f0c1e-5b7d-4b8e-8f43-1d2c9a7be610';
const conversationId = conversationIdOf(ANA, BRUNO);
const id = ulidAfter(undefined, Date.parse('2026-01-31T08:30:00.000Z'));
const message = {
  id,
  conversationId,
  from: ANA,
  to: BRUNO,
  text: 'Guten Tag',
  at: timeOf(id),
  writeId: WRITE,
};

describe('conversationIdOf', () => {
  it('is the same whoever is named first and however the ids are spelled, and a uuid of version 5', () => {
    expect(conversationIdOf(BRUNO.toUpperCase(), ANA)).toBe(conversationId);
    expect(conversationId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(participantsOf(BRUNO, ANA)).toEqual([ANA, BRUNO]);
  });

  it('is another one for other people', () => {
    expect(conversationIdOf(ANA, WRITE)).not.toBe(conversationId);
  });
});

describe('items', () => {
  it('a message comes back as it was', () => {
    const item = messageItem(message);

    expect(item).toMatchObject({ PK: `CONV#${conversationId}`, SK: `MSG#${id}` });
    expect(isMessageKey(item)).toBe(true);
    expect(parseMessage(item)).toEqual(message);
    expect(message.at).toBe('2026-01-31T08:30:00.000Z');
  });

  it('a conversation, an inbox entry and a sent record come back by their keys', () => {
    const summary = { with: BRUNO, lastMessageId: id, lastFrom: ANA, lastText: 'Guten', lastAt: message.at };
    const recency = recencyOf(message.at, conversationId);
    const sent = { hash: 'h', writeId: WRITE, conversationId, messageId: id, to: BRUNO, ttl: 1_800_000_000 };

    expect(
      parseConversation({
        ...conversationKey(conversationId),
        participants: [ANA, BRUNO],
        lastMessageId: id,
      }),
    ).toEqual({ id: conversationId, participants: [ANA, BRUNO], lastMessageId: id });
    expect(
      parseInboxEntry({ ...inboxKey(ANA, conversationId), ...summary, recency, unread: 2, writeId: WRITE }),
    ).toEqual({
      ...summary,
      userId: ANA,
      conversationId,
      recency,
      unread: 2,
      readId: undefined,
      writeId: WRITE,
    });
    expect(parseSent({ ...sentKey(ANA, 'key'), ...sent })).toEqual(sent);
    expect(isMessageKey(conversationKey(conversationId))).toBe(false);
  });

  it.each([
    ['no text', { text: undefined }],
    ['a sender that is no uuid', { from: 'ana' }],
    ['an id that is no ULID', { SK: 'MSG#1' }],
    ['the key of something else', { PK: `USER#${ANA}` }],
  ])('a message with %s is refused, and its content is not told', (_, change) => {
    const item = { ...messageItem(message), ...change };

    expect(() => parseMessage(item)).toThrow(ItemError);
    expect(() => parseMessage(item)).not.toThrow(/Guten/);
  });
});
