import type { MessagingOperator } from '../messaging/operator/messaging-operator.js';
import type { Item } from '../messaging/table/items.js';
import { textTable } from './text-table.js';

type Inbox = Awaited<ReturnType<MessagingOperator['inbox']>>;
type Thread = Awaited<ReturnType<MessagingOperator['conversation']>>;

const KEYS = ['PK', 'SK'];

/** A user's conversations as lines for people. */
export function inboxLines({ entries, users }: Inbox): string[] {
  const handles = handlesOf(users);
  const rows = entries.map((entry) => [
    handles(entry.with),
    String(entry.unread),
    entry.lastAt,
    entry.lastText,
    entry.conversationId,
  ]);
  return textTable(['with', 'unread', 'last', 'text', 'conversation'], rows);
}

/** The messages of a conversation as lines for people. */
export function conversationLines({ messages, users }: Thread): string[] {
  const handles = handlesOf(users);
  const rows = messages.map(({ at, from, text, id }) => [at, handles(from), text, id]);
  return textTable(['at', 'from', 'text', 'id'], rows);
}

/** Items as lines for people: their keys, and all else as JSON. */
export function itemLines(items: readonly Item[]): string[] {
  const rows = items.map((item) => {
    const rest = Object.fromEntries(Object.entries(item).filter(([name]) => !KEYS.includes(name)));
    return [...KEYS.map((name) => keyText(item[name])), JSON.stringify(rest)];
  });
  return [...textTable([...KEYS, 'attributes'], rows), `${items.length} items`];
}

function handlesOf(users: Inbox['users']): (id: string) => string {
  const byId = new Map(users.map(({ id, handle }) => [id, handle]));
  return (id) => byId.get(id) ?? id;
}

function keyText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
