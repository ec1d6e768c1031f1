import { FEED_MUTATIONS } from './feed-mutations.js';
import { LOAD_MUTATIONS } from './load-mutations.js';
import { MESSAGE_MUTATIONS } from './message-mutations.js';
import type { Mutation } from './mutation.js';

/** All rules, each taken out. */
export const MUTATIONS: readonly Mutation[] = [
  ...LOAD_MUTATIONS,
  ...FEED_MUTATIONS,
  ...MESSAGE_MUTATIONS,
].sort((a, b) => a.rule - b.rule);
