import type { Edit } from '../mutations/mutation.js';

/** What a rung adds to the ones before it. */
export interface Rung {
  readonly name: string;
  /** What takes its protection out of the built code, on the rungs below it. */
  readonly without: readonly Edit[];
  /** The environment without it, and with it. */
  readonly environment?: { readonly off: Record<string, string>; readonly on: Record<string, string> };
}

/** On all rungs: comparing hits with the origin by sample asks the origin, which is what is counted here. */
const NO_SELF_CHECK: Edit = {
  file: 'cache/create-cache.js',
  find: 'const selfCheck = options.selfCheck === false',
  replace: 'const selfCheck = true',
};

export const RUNGS: readonly Rung[] = [
  { name: 'nothing', without: [] },
  {
    name: '+ L1 (plain expiry, 2 s)',
    without: [
      {
        file: 'cache/core/tiered-cache.js',
        find: 'if (this.closed || mustBypass())\n            return this.bypass(',
        replace: 'if (true)\n            return this.bypass(',
      },
      {
        file: 'cache/core/tiered-cache.js',
        find: 'hitAtOnce(call) {',
        replace: 'hitAtOnce(call) { return undefined;',
      },
    ],
  },
  {
    name: '+ single flight',
    without: [
      {
        file: 'cache/core/tiered-cache.js',
        find: 'await this.flights.run(current.keys.local, () =>',
        replace: 'await this.flights.run(current.keys.local + Math.random(), () =>',
      },
    ],
  },
  {
    name: '+ stale-if-error',
    without: [
      {
        file: 'cache/http/routes/cached-route.js',
        find: 'staleIfErrorMs: options.staleIfError === undefined ? 0 :',
        replace: 'staleIfErrorMs: true ? 0 :',
      },
    ],
  },
  {
    name: '+ L2',
    without: [],
    environment: {
      off: { CACHE_STORE: 'memory' },
      on: { CACHE_STORE: 'dynamo', CACHE_L2_TIMEOUT_MS: '2000' },
    },
  },
  {
    name: '+ versions and feed (no expiry)',
    without: [
      {
        file: 'cache/http/routes/cached-route.js',
        find: 'consistency: options.consistency ?? defaults.consistency,',
        replace: `consistency: 'ttl',`,
      },
      {
        file: 'cache/http/routes/cached-route.js',
        find: '            ttlMs,\n',
        replace: '            ttlMs: 2_000,\n',
      },
      {
        file: 'cache/http/routes/cached-route.js',
        find: 'tagsOf(request) {',
        replace: 'tagsOf() { return [EVERYTHING];',
      },
    ],
  },
  {
    name: '+ lease',
    without: [
      {
        file: 'cache/core/entry-filler.js',
        find: 'const leased = await new LeasedLoad(',
        replace: 'const leased = undefined ?? await new LeasedLoad(',
      },
    ],
  },
];

/** The edits and the environment of the rung at `index`: everything above it is taken out. */
export function setUpOf(index: number): { edits: Edit[]; environment: Record<string, string> } {
  const edits = [NO_SELF_CHECK, ...RUNGS.slice(index + 1).flatMap(({ without }) => without)];
  const environments = RUNGS.map(({ environment }, i) => (i <= index ? environment?.on : environment?.off));
  return { edits, environment: Object.assign({}, ...environments) as Record<string, string> };
}
