/** The first byte of what a codec makes. A released number never changes its meaning. */
export enum Format {
  /** The value as it is. */
  Raw = 1,
  /** The length of the value, and a zstd frame. */
  Zstd = 2,
  /** A message of the AWS Encryption SDK; its plaintext begins with a format byte again. */
  Encrypted = 3,
}
