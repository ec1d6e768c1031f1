import type { EntryKey } from '../../keys/entry-key.js';
import { isTime } from '../contract/entry-checks.js';
import { ATTRIBUTE, entryKeyOf, type Item } from './item-layout.js';
import type { ItemSession } from './item-session.js';
import { headsRequest } from './requests.js';

interface DatedHead {
  readonly key: EntryKey;
  readonly createdAtMs: number;
}

/** The key of the unexpired entry of `partition` that was created last, by the heads alone. Undefined: there is none. */
export async function findNewest(
  session: ItemSession,
  table: string,
  partition: string,
  nowMs: number,
): Promise<EntryKey | undefined> {
  let newest: DatedHead | undefined;
  let startKey: Item | undefined;
  do {
    const { Items = [], LastEvaluatedKey } = await session.query(headsRequest(table, partition, startKey));
    for (const item of Items) {
      const head = datedHead(item, nowMs);
      if (head !== undefined && isNewer(head, newest)) newest = head;
    }
    startKey = LastEvaluatedKey;
  } while (startKey !== undefined);
  return newest?.key;
}

function datedHead(item: Item, nowMs: number): DatedHead | undefined {
  const key = entryKeyOf(item);
  const createdAtMs = item[ATTRIBUTE.createdAt];
  const expiresAtMs = item[ATTRIBUTE.expiresAt];
  if (key === undefined || !isTime(createdAtMs) || !isTime(expiresAtMs) || expiresAtMs <= nowMs)
    return undefined;
  return { key, createdAtMs };
}

function isNewer(head: DatedHead, other: DatedHead | undefined): boolean {
  if (other === undefined || head.createdAtMs > other.createdAtMs) return true;
  return head.createdAtMs === other.createdAtMs && head.key.versions > other.key.versions;
}
