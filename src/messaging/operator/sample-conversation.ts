import { randomUUID } from 'node:crypto';
import type { AppendQueue } from '../append/append-queue.js';
import type { BumpsRepository } from '../postgres/bumps.repository.js';
import { tagsOfMessage } from '../cache-tags.js';
import { conversationIdOf } from '../table/participants.js';
import type { MessagesRepository } from '../table/messages.repository.js';

type Who = 'ana' | 'bruno' | 'carla';

/** What is said, how many minutes before now. */
const LINES: readonly (readonly [minutesAgo: number, from: Who, to: Who, text: string])[] = [
  [2_890, 'carla', 'ana', 'Good morning! Is it normal that my ankle is still swollen?'],
  [2_870, 'ana', 'carla', 'After five days, yes. Keep it up, and cool it twice a day. Any pain at night?'],
  [2_865, 'carla', 'ana', 'No, only on stairs 🙂'],
  [1_450, 'ana', 'bruno', 'Bruno, could you look at the potassium in bed 7? 5.9 since this morning.'],
  [1_446, 'bruno', 'ana', 'Just saw it. Haemolysed sample, I think: the lab repeats it.'],
  [1_421, 'bruno', 'ana', 'Repeat is 4.4 ✅'],
  [1_420, 'ana', 'bruno', 'Relief. Thank you! ☕ is on me.'],
  [62, 'bruno', 'ana', 'Are you on call tonight? شكرا for yesterday, by the way.'],
  [60, 'ana', 'bruno', 'From eight. Anything I should know?'],
  [58, 'bruno', 'ana', 'Two admissions:\n- bed 3, pneumonia, day 2\n- bed 9, new, still without history'],
  [31, 'carla', 'ana', 'The swelling is gone. Thank you for everything 🙏'],
];

export interface SeedTools {
  readonly messages: MessagesRepository;
  readonly bumps: BumpsRepository;
  /** Writes as of `nowMs`. */
  readonly appendAt: (nowMs: number) => AppendQueue;
}

/**
 * Writes the sample conversations, unless one of them is there.
 * @param ids the users, by handle
 * @returns how many messages were written
 */
export async function seedConversation(
  ids: Readonly<Record<Who, string>>,
  { messages, bumps, appendAt }: SeedTools,
): Promise<number> {
  const existing = await messages.findConversation(conversationIdOf(ids.ana, ids.bruno));
  if (existing !== undefined) return 0;
  for (const [minutesAgo, sender, recipient, text] of LINES) {
    const [from, to] = [ids[sender], ids[recipient]];
    const conversationId = conversationIdOf(from, to);
    const writeId = randomUUID();
    const draft = { conversationId, from, to, text, idempotencyKey: writeId, hash: 'sample', writeId };
    const sent = await appendAt(Date.now() - minutesAgo * 60_000).append(draft);
    await bumps.bumpOnce(sent.writeId, tagsOfMessage({ conversationId, from, to }));
  }
  return LINES.length;
}
