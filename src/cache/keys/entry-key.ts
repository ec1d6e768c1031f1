/**
 * Where an entry stands. Entries are immutable: new data has new versions, and so another key. Both parts are made by
 * `cache-key.ts`; a store takes them as they are, and refuses what is empty, too long or no well-formed text.
 */
export interface EntryKey {
  /** What is cached: `<namespace>:<name>#<arguments or their hash>`. At most 1,024 bytes of UTF-8. */
  readonly partition: string;
  /** Of which versions: sorted `<tag>@<version>`. At most 900 bytes of UTF-8, without `#`. */
  readonly versions: string;
}
