/** What is measured, and says where. */
export const MEASURED = {
  /** Request units of a record of 17.8 KB, stored in 3.4 KB: test/stores/dynamo-capacity.spec.ts. */
  readUnitsOfHit: 0.5,
  writeUnitsOfEntry: 4,
} as const;

/** What is assumed. Every figure is a guess until your own dashboard has a better one. */
export const ASSUMED = {
  reads: 0.95,
  clinicalWrites: 0.04,
  messages: 0.01,
  l1HitRatio: 0.8,
  /** Of the look-ups in the shared tier. */
  sharedHitRatio: 0.9,
  /** Of the look-ups in DAX, those that it answers from its own memory. */
  daxHitRatio: 0.95,
  /** Taking and ending the lease of a load. */
  writeUnitsOfLease: 2,
  /** Five items in a transaction, which counts twice: message, conversation, two inboxes, idempotency. */
  writeUnitsOfMessage: 10,
  callsOfLoad: 3,
  /** Loads of a record, and writes, that one Aurora capacity unit does in a second. */
  loadsOfAcu: 100,
  writesOfAcu: 200,
  /** Requests a second of one instance with a core, by whether it answers from memory. */
  cachedRequestsOfInstance: 1_000,
  uncachedRequestsOfInstance: 300,
} as const;
