/** What a client sent is not the protocol: its connection ends. The message goes to the log. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
}
