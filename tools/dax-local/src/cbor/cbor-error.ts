/** The bytes are no CBOR of this protocol's profile, or end too early, or nest too deep. */
export class CborError extends Error {
  override readonly name = 'CborError';
}
