import type { Socket } from 'node:net';
import { CborError } from '../cbor/cbor-error.js';
import { encodeFailure, failureOf, FAILURES, type Failure } from '../protocol/errors.js';
import { FrameInput, type Message } from '../protocol/frame-input.js';
import { ProtocolError } from '../protocol/protocol-error.js';
import type { BufferBudget } from './buffer-budget.js';
import type { Limits } from './limits.js';
import type { Session } from './session.js';

/** For the last answer to leave, before the connection is cut. */
const LINGER_MS = 1_000;

/** Stands in front of every result. */
const SUCCESS = Buffer.of(0x80);

export interface ConnectionOptions {
  readonly limits: Limits;
  readonly budget: BufferBudget;
  readonly session: Session;
  /** Takes why the connection was closed by this side. */
  readonly onReject: (reason: string) => void;
}

/**
 * One client's connection. Requests are answered one after the other; while one is worked on, nothing more is read. A
 * client that breaks the protocol is cut off; one that is silent between messages never is, because AWS's clients do not
 * survive it.
 */
export class Connection {
  readonly #input: FrameInput;
  #busy = false;
  #counted = 0;
  #deadline: NodeJS.Timeout | undefined;
  #rejected = false;

  constructor(
    private readonly socket: Socket,
    private readonly options: ConnectionOptions,
  ) {
    this.#input = new FrameInput(options.limits.maxFrameBytes);
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    // Resets and broken pipes are the client's way to leave.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#release());
    this.#watch();
  }

  #receive(chunk: Buffer): void {
    if (this.#rejected) return;
    this.#input.append(chunk);
    if (!this.#busy) void this.#work();
  }

  async #work(): Promise<void> {
    this.#busy = true;
    try {
      for (let message = this.#input.next(); message !== undefined; message = this.#input.next()) {
        if (this.socket.destroyed) return;
        this.#stopWatch();
        this.socket.pause();
        await this.#take(message);
      }
      this.#count();
    } catch (error) {
      this.#reject(error);
    }
    this.#busy = false;
    this.#watch();
    this.socket.resume();
  }

  async #take(message: Message): Promise<void> {
    const { session } = this.options;
    if (message.kind === 'handshake') {
      session.userAgent = message.userAgent;
    } else if (message.kind === 'unknown') {
      await this.#fail(FAILURES.unknownMethod(message.methodId));
      throw new ProtocolError(`unknown method ${message.methodId}`);
    } else {
      try {
        const result = await session.handle(message.method, message.args);
        if (result !== undefined) await this.#send(Buffer.concat([SUCCESS, result]));
      } catch (error) {
        if (error instanceof CborError || error instanceof ProtocolError) throw error;
        await this.#fail(failureOf(error));
      }
    }
  }

  async #fail(failure: Failure): Promise<void> {
    await this.#send(encodeFailure(failure));
  }

  /** Waits until the client has taken what it is owed: a slow one gets no second answer into memory. */
  async #send(bytes: Buffer): Promise<void> {
    if (this.socket.destroyed || this.socket.write(bytes)) return;
    const { budget, limits } = this.options;
    const fits = budget.change(bytes.length);
    try {
      if (!fits) this.#cutOff('answers that are not read take too much memory');
      else if (!(await isDrained(this.socket, limits.frameTimeoutMs)))
        this.#cutOff('an answer was not read in time');
    } finally {
      budget.change(-bytes.length);
    }
  }

  #count(): void {
    if (this.socket.destroyed) return;
    const change = this.#input.pendingBytes - this.#counted;
    this.#counted += change;
    if (!this.options.budget.change(change))
      throw new ProtocolError('incomplete messages take too much memory');
  }

  /** An incomplete handshake or message has a time limit; waiting for the next message has none. */
  #watch(): void {
    if (this.#rejected || this.socket.destroyed || this.#deadline !== undefined) return;
    const { greeted, pendingBytes } = this.#input;
    if (greeted && pendingBytes === 0) return;
    const { handshakeTimeoutMs, frameTimeoutMs } = this.options.limits;
    const what = greeted ? 'a message was not completed in time' : 'no handshake in time';
    this.#deadline = setTimeout(
      () => this.#reject(new ProtocolError(what)),
      greeted ? frameTimeoutMs : handshakeTimeoutMs,
    );
    this.#deadline.unref();
  }

  #stopWatch(): void {
    clearTimeout(this.#deadline);
    this.#deadline = undefined;
  }

  #reject(error: unknown): void {
    if (this.#rejected || this.socket.destroyed) return;
    this.#rejected = true;
    this.options.onReject(error instanceof Error ? error.message : 'unknown fault');
    this.socket.destroySoon();
    setTimeout(() => this.socket.destroy(), LINGER_MS).unref();
  }

  /** As {@link #reject}, without a last answer: who does not read would keep it waiting. */
  #cutOff(reason: string): void {
    this.#rejected = true;
    this.options.onReject(reason);
    this.socket.destroy();
  }

  #release(): void {
    this.#stopWatch();
    this.options.budget.change(-this.#counted);
    this.#counted = 0;
  }
}

/** Whether what was written has left, or nobody is there to take it, before the time is over. */
function isDrained(socket: Socket, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const end = (isInTime: boolean) => (): void => {
      clearTimeout(timer);
      socket.off('drain', done).off('close', done);
      resolve(isInTime);
    };
    const done = end(true);
    const timer = setTimeout(end(false), timeoutMs);
    timer.unref();
    socket.once('drain', done).once('close', done);
  });
}
