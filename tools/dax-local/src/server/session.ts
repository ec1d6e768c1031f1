import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { CborReader } from '../cbor/cbor-reader.js';
import type { ClientInfo, NodeContext } from '../operations/node-context.js';
import { OPERATIONS } from '../operations/operations.js';
import { DaxFailure, dynamoFailure, failureOf, FAILURES, type Failure } from '../protocol/errors.js';
import type { MethodName } from '../protocol/methods.js';
import { refusalOf, type Credentials } from '../protocol/signature.js';
import type { Fault, Faults } from './faults.js';

/** What a session needs of its node. */
export interface SessionNode {
  readonly id: number;
  readonly faults: Faults;
  readonly context: NodeContext;
  /** Who may sign in; absent: everybody. */
  readonly credentials: readonly Credentials[] | undefined;
  /** The nodes of the cluster, for a client that came in at `localAddress`. */
  endpoints(localAddress: string): Buffer;
}

/** One client on one connection. */
export class Session implements ClientInfo {
  /** Of the handshake. */
  userAgent = '';
  /** What requests are answered with, until the client has signed in. */
  #barred: Failure | undefined;
  readonly #gone = new AbortController();

  constructor(
    private readonly node: SessionNode,
    private readonly socket: Socket,
  ) {
    if (node.credentials !== undefined) this.#barred = FAILURES.authenticationRequired();
    socket.once('close', () => this.#gone.abort());
  }

  get signal(): AbortSignal {
    return this.#gone.signal;
  }

  /** The result, or undefined where none is to be sent. @throws what becomes the answer, or ends the connection */
  async handle(method: MethodName, args: CborReader): Promise<Buffer | undefined> {
    if (method === 'authorizeConnection') return this.#signIn(args);
    if (this.#barred !== undefined) throw new DaxFailure(this.#barred);
    const fault = this.node.faults.take(this.node.id, method);
    if (fault !== undefined) await this.#suffer(fault);
    if (method === 'endpoints') return this.node.endpoints(this.socket.localAddress ?? '');
    try {
      return await OPERATIONS[method](args, this.node.context, this);
    } catch (error) {
      this.#doubtSchemas(error);
      throw error;
    } finally {
      if (fault?.kind === 'drop' && fault.when === 'after') this.socket.destroy();
    }
  }

  /** Has no answer: a refusal is told to the next request. */
  #signIn(args: CborReader): undefined {
    const { credentials } = this.node;
    const signIn = {
      accessKeyId: args.readText(),
      signature: args.readText(),
      stringToSign: args.readBytes().toString('latin1'),
    };
    if (credentials === undefined) return;
    const refusal = refusalOf(signIn, credentials, Date.now());
    this.#barred = refusal === undefined ? undefined : FAILURES.invalidCredentials(refusal);
  }

  async #suffer(fault: Fault): Promise<void> {
    switch (fault.kind) {
      case 'drop':
        if (fault.when !== 'after') {
          this.socket.destroy();
          throw new DaxFailure(dynamoFailure('InternalServerError', 'the connection was dropped', 500));
        }
        return;
      case 'delay':
        return delay(fault.delayMs, undefined, { signal: this.signal });
      case 'throttle':
        throw new DaxFailure(dynamoFailure('ThrottlingException', 'Rate of requests exceeds the allowed'));
      case 'error':
        throw new DaxFailure(dynamoFailure(fault.name, fault.message ?? 'ordered fault'));
    }
  }

  /** The table may be gone, or be another one by now. */
  #doubtSchemas(error: unknown): void {
    const { name, message } = failureOf(error);
    const isDoubtful = name === 'ValidationException' && /key|schema/i.test(message);
    if (isDoubtful || name === 'ResourceNotFoundException') this.node.context.schemas.forgetAll();
  }
}
