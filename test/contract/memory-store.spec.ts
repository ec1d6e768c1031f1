import { MemoryStore } from '../../src/cache/stores/memory/memory-store.js';
import { storeContract } from './store.contract.js';

const MAX_BYTES = 512 * 1_024 * 1_024;
const MAX_ENTRY_BYTES = 32 * 1_024 * 1_024;

storeContract('MemoryStore', () =>
  Promise.resolve({
    open: (clock) => new MemoryStore({ maxBytes: MAX_BYTES, maxEntryBytes: MAX_ENTRY_BYTES, clock }),
    remove: () => Promise.resolve(),
  }),
);
