export { DaxLocal } from './server/dax-local.js';
export type { CacheBounds, DaxLocalOptions } from './server/options.js';
export type { Fault, OrderedFault } from './server/faults.js';
export type { Limits } from './server/limits.js';
export type { MethodName } from './protocol/methods.js';
