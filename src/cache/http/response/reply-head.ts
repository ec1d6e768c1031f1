import type { FastifyReply } from 'fastify';
import type { HeaderValue } from './vary.js';

/** What a handler did to the head of its reply. */
export interface HeadChanges {
  readonly set: ReadonlyMap<string, string>;
  readonly removed: readonly string[];
}

/** The head of a reply before its handler ran: what it says beyond that is what the handler said. */
export class ReplyHead {
  private readonly before: Readonly<Record<string, HeaderValue>>;
  private readonly status: number;

  constructor(private readonly reply: FastifyReply) {
    this.before = reply.getHeaders();
    this.status = reply.statusCode;
  }

  /** The value of field `name` before the handler ran. */
  had(name: string): HeaderValue {
    return this.before[name];
  }

  changes(): HeadChanges {
    const now: Readonly<Record<string, HeaderValue>> = this.reply.getHeaders();
    const set = new Map<string, string>();
    for (const [name, value] of Object.entries(now)) {
      if (value === undefined || value === this.before[name]) continue;
      set.set(name, typeof value === 'object' ? value.join(', ') : String(value));
    }
    return { set, removed: Object.keys(this.before).filter((name) => now[name] === undefined) };
  }

  /** Undoes what the handler did, so that it can run once more. */
  restore(): void {
    const { set, removed } = this.changes();
    for (const name of [...set.keys(), ...removed]) {
      this.reply.removeHeader(name);
      const value = this.before[name];
      if (value !== undefined) this.reply.header(name, value);
    }
    this.reply.code(this.status);
  }
}
