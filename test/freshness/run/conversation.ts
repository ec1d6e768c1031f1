import { randomUUID } from 'node:crypto';
import type { HttpAnswer } from '../cluster/http-client.js';
import type { Violation } from '../history/freshness-checker.js';
import type { Session, Target } from './session.js';

interface Page {
  readonly items: readonly { readonly text: string }[];
}

const monotonic = (): number => performance.now();

/** A conversation as a register: its value is the newest message, and who writes it sends another one. */
export class Conversation {
  private id = '';

  private constructor(
    private readonly session: Pick<Session, 'checker' | 'counts'>,
    /** Handle of whom the messages are to. */
    private readonly to: string,
  ) {}

  /** @throws {Error} when its first message is not answered */
  static async begin(
    session: Pick<Session, 'checker' | 'counts'>,
    sender: Target,
    to: string,
  ): Promise<Conversation> {
    const conversation = new Conversation(session, to);
    if (!(await conversation.send(sender))) throw new Error('the first message was not answered');
    return conversation;
  }

  /** Sends a message by `sender`. @returns whether it was answered */
  send(sender: Target): Promise<boolean> {
    const text = randomUUID();
    return this.write(sender, text, () => this.post(sender, text));
  }

  /** Sends a message to a `sender` that fails, and then again under the same key. @returns whether that was answered */
  sendAgain(sender: Target): Promise<boolean> {
    const text = randomUUID();
    const headers = { 'idempotency-key': randomUUID() };
    return this.write(sender, text, async () => {
      const first = await this.post(sender, text, headers);
      return first?.status === 201 ? undefined : this.post(sender, text, headers);
    });
  }

  private post(
    sender: Target,
    text: string,
    headers: Record<string, string> = {},
  ): Promise<HttpAnswer | undefined> {
    const body = { to: this.to, text };
    return attempt(sender.send({ method: 'POST', path: '/api/messages', body, headers }));
  }

  private async write(
    sender: Target,
    text: string,
    post: () => Promise<HttpAnswer | undefined>,
  ): Promise<boolean> {
    const { checker, counts } = this.session;
    const write = checker.begin(this.register, text, sender.name, monotonic());
    const answer = await post();
    if (answer?.status !== 201) {
      counts.lostAnswers++;
      return false;
    }
    checker.answer(write, monotonic());
    counts.writes++;
    this.id = (JSON.parse(answer.text) as { conversationId: string }).conversationId;
    return true;
  }

  /** Reads the newest page, and has it judged. Undefined when there was none. */
  async read(reader: Target): Promise<Violation[] | undefined> {
    const { checker, counts } = this.session;
    const startedAt = monotonic();
    const answer = await attempt(reader.send({ path: `/api/conversations/${this.id}/messages` }));
    const endedAt = monotonic();
    if (answer?.status !== 200) {
      counts.refused++;
      return undefined;
    }
    counts.reads++;
    const value = (JSON.parse(answer.text) as Page).items[0]?.text ?? '';
    const { name: instance, consistency: mode } = reader;
    const source = answer.headers['cache-status']?.toString();
    const violation = checker.judge({
      ...{ register: this.register, value, instance, mode },
      ...{ startedAt, endedAt, source },
    });
    return violation === undefined ? [] : [violation];
  }

  private get register(): string {
    return `conversation with ${this.to}`;
  }
}

async function attempt<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch {
    return undefined;
  }
}
