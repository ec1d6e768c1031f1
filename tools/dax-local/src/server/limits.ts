/** Bounds on what clients can make the server hold. */
export interface Limits {
  /** Of one message. DynamoDB takes 16 MB at most. */
  readonly maxFrameBytes: number;
  /** Of messages that are not complete and answers that clients have not taken, over all connections. */
  readonly maxBufferedBytes: number;
  /** Over all nodes. */
  readonly maxConnections: number;
  /** For the handshake, from the connection's begin. */
  readonly handshakeTimeoutMs: number;
  /** For one message, from its first byte, and for a client to take an answer. Between messages a connection may be idle for ever. */
  readonly frameTimeoutMs: number;
  /** Different lists of attribute names. */
  readonly maxAttributeLists: number;
}

export const DEFAULT_LIMITS: Limits = {
  maxFrameBytes: 24 * 2 ** 20,
  maxBufferedBytes: 256 * 2 ** 20,
  maxConnections: 2_000,
  handshakeTimeoutMs: 10_000,
  frameTimeoutMs: 60_000,
  maxAttributeLists: 100_000,
};
