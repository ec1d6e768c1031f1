import { finished } from 'node:stream/promises';
import type { FastifyReply } from 'fastify';
import { entityTag, type CachedResponse } from './response/cached-response.js';
import { captureResponse, Uncapturable } from './response/capture-response.js';
import { ReplyHead } from './response/reply-head.js';
import { bytesOf } from './response/response-bytes.js';
import type { CachedRoute } from './routes/cached-route.js';
import { mergeVary } from './response/vary.js';

/** How long a handler that runs once more waits for the answer of its request to be gone, in ms. */
const LONGEST_WAIT_MS = 1_000;

/** A load failed whose client had gone: that says nothing to those who joined it. */
export class AbandonedLoad extends Error {
  override readonly name = 'AbandonedLoad';
}

/** The load of one request: its handler, and what it answers, captured. */
export class RouteLoad {
  private readonly presetVary: ReturnType<FastifyReply['getHeader']>;
  private head: ReplyHead | undefined;
  /** What the handler answered for this request alone. */
  uncapturable: Uncapturable | undefined;

  constructor(
    private readonly route: CachedRoute,
    private readonly reply: FastifyReply,
    readonly handle: () => Promise<unknown>,
  ) {
    this.presetVary = reply.getHeader('vary');
  }

  /** The loader. It may run several times, and with `again` when the request has been answered. */
  readonly load = async (again?: 'again'): Promise<CachedResponse | Uncapturable> => {
    if (again !== undefined) return this.loadAgain();
    // It is not run twice: it may have been sent, or be a stream that nobody would close.
    if (this.uncapturable !== undefined) return this.uncapturable;
    if (this.head === undefined) this.head = new ReplyHead(this.reply);
    else this.head.restore();
    const response = captureResponse(await this.value(), this.reply, this.head, (field) =>
      this.route.isKeyedBy(field, this.presetVary),
    );
    if (response instanceof Uncapturable) this.uncapturable = response;
    // A handler that sets a Vary of its own replaces that of the hooks, which they set again on every hit.
    else if (this.presetVary !== undefined) {
      this.reply.header('vary', mergeVary(this.presetVary, this.reply.getHeader('vary')));
    }
    return response;
  };

  /** Whether the client has gone before it was answered. */
  get isAbandoned(): boolean {
    return this.reply.raw.destroyed && !this.reply.raw.writableEnded;
  }

  /** Undoes what the handler did to the reply, if it ran: something else is going to be sent. */
  undo(): void {
    this.head?.restore();
  }

  private async value(): Promise<unknown> {
    try {
      return await this.handle();
    } catch (error) {
      throw this.isAbandoned ? new AbandonedLoad('The client has gone.', { cause: error }) : error;
    }
  }

  /** To be compared with what was sent: the bytes, without the head of a reply. */
  private async loadAgain(): Promise<CachedResponse | Uncapturable> {
    await isAnswered(this.reply);
    const value = await this.handle();
    const bytes = bytesOf(value, this.reply);
    if (bytes === undefined) return new Uncapturable(value);
    return { headers: {}, removed: [], body: bytes.body, etag: entityTag(bytes.body) };
  }
}

/** Resolves when `reply` is sent, or nobody takes it any more, or will not for a while. */
async function isAnswered({ raw }: FastifyReply): Promise<void> {
  if (raw.closed) return;
  await finished(raw, { signal: AbortSignal.timeout(LONGEST_WAIT_MS) }).catch(() => undefined);
}
