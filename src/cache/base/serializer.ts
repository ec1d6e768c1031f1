/** How values become bytes and come back. */
export interface Serializer<T> {
  serialize(value: T): Buffer;
  /** @throws when `bytes` are not what `serialize` made */
  deserialize(bytes: Buffer): T;
  /** True: a value may be handed to many callers as it is. False: every caller gets a copy of its own. */
  readonly immutable: boolean;
}

/** JSON, for what functions return. Every caller gets a copy: nobody can change what others read. */
export const jsonSerializer: Serializer<unknown> = {
  serialize: (value) => Buffer.from(JSON.stringify(value)),
  deserialize: (bytes) => JSON.parse(bytes.toString('utf8')) as unknown,
  immutable: false,
};
