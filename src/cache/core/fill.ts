import type { NotStored } from '../base/events.js';
import type { CallKeys } from '../keys/cache-key.js';
import type { Entry } from '../tiers/entry.js';
import type { TagVersions } from '../versions/version.js';
import type { Source } from './cache-call.js';

/** The versions of a call's tags, and its keys under them. */
export interface CurrentKeys {
  readonly versions: TagVersions;
  readonly keys: CallKeys;
}

/** What a miss in this process came to. All who joined a flight share it. */
export interface Fill<T> {
  /** As this process's tier keeps it. Undefined when the value has no serial form: then only `value` is there. */
  readonly entry: Entry | undefined;
  /** What the loader returned; absent when it comes from L2. */
  readonly value?: T;
  readonly source: Source;
  readonly notStored: NotStored | undefined;
}
