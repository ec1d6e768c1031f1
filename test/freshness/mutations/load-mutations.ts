import type { Edit, Mutation } from './mutation.js';
import {
  laggingServer,
  readAfterWrite,
  readDuringOlderLoad,
  restoredDatabase,
  upperCaseId,
  writeInsideLoad,
} from './scenarios/load-scenarios.js';
import { readDuringOlderLookUp, versionsAhead, versionsBehind } from './scenarios/look-up-scenarios.js';

const SNAPSHOT_ROWS =
  'tx.$queryRaw `SELECT tag, version::text AS version, nonce FROM cache_tag WHERE tag = ANY (${tags})`';

/** No route of the service has a cached call inside a load; this gives the record's load one. */
const NESTED_CALL: readonly Edit[] = [
  {
    file: 'cache/core/tiered-cache.js',
    find: 'this.local = new LocalTier(options.localMaxBytes);',
    replace: 'this.local = new LocalTier(options.localMaxBytes); globalThis.freshnessCache = this;',
  },
  {
    file: 'patients/patients.service.js',
    find: 'const record = await this.patients.findRecord(id);',
    replace: `this.nested ??= memoize(globalThis.freshnessCache, (one) => this.patients.findRecord(one),
      { name: 'nested', consistency: 'ttl', ttl: '1m' });
    const record = await this.nested(id);`,
  },
  {
    file: 'patients/patients.service.js',
    find: 'const CURSORS = new',
    replace: `import { memoize } from '../cache/index.js';\nconst CURSORS = new`,
  },
];

/** A load may meet a server that lags: the snapshot of an earlier moment, which a scenario leaves for the next load. */
const LAGGING_SERVER: readonly Edit[] = [
  {
    file: 'prisma/prisma.service.js',
    find: 'let isReadOnly = false;',
    replace: `const [lag] = await this.$queryRawUnsafe('DELETE FROM freshness_lag RETURNING snapshot');
            if (lag !== undefined) await tx.$executeRawUnsafe(\`SET TRANSACTION SNAPSHOT '\${lag.snapshot}'\`);
            let isReadOnly = false;`,
  },
];

/** Rules about loads, flights, keys and tags. */
export const LOAD_MUTATIONS: readonly Mutation[] = [
  {
    rule: 1,
    without: 'version and data in one snapshot: the version is read after the data',
    consistency: 'strong',
    expects: 'strong',
    scenario: writeInsideLoad,
    edits: [
      {
        file: 'prisma/prisma.service.js',
        find: 'await observeSnapshot(async (tags) =>',
        replace: 'void (async (tags) =>',
      },
      {
        file: 'prisma/prisma.service.js',
        find: 'return load(tx);',
        replace: `const value = await load(tx); await observeSnapshot((tags) => ${SNAPSHOT_ROWS}); return value;`,
      },
      { file: 'prisma/prisma.service.js', find: "'RepeatableRead'", replace: "'ReadCommitted'" },
    ],
  },
  {
    rule: 1,
    without: 'discarding a load that saw lower versions than were looked up',
    consistency: 'strong',
    expects: 'strong',
    scenario: laggingServer,
    fixture: LAGGING_SERVER,
    edits: [
      {
        file: 'cache/core/versioned-load.js',
        find: 'if (before !== undefined && isOlder(version, before))',
        replace: 'if (false)',
      },
    ],
  },
  {
    rule: 1,
    without: 'the nonce: a counter that a restore repeats makes the same key',
    consistency: 'strong',
    expects: 'strong',
    scenario: restoredDatabase,
    edits: [
      {
        file: 'cache/versions/version.js',
        find: 'return `${counter}.${nonce}`;',
        replace: 'return `${counter}.0${nonce && ""}`;',
      },
    ],
  },
  {
    rule: 2,
    without: 'the bump in the transaction of the change: it comes later, from a queue in memory',
    consistency: 'strong',
    expects: 'strong',
    scenario: readAfterWrite,
    edits: [
      {
        file: 'patients/postgres/patients.repository.js',
        find: 'return row && toPatient(row);',
        replace: `setTimeout(() => this.prisma.$executeRaw\`SELECT cache_bump(ARRAY['patient:' || \${id}])\`.catch(() => 0), 1_000);
        return row && toPatient(row);`,
      },
    ],
    database: {
      off: 'ALTER TABLE patient DISABLE TRIGGER cache_collect_update',
      on: 'ALTER TABLE patient ENABLE ALWAYS TRIGGER cache_collect_update',
    },
  },
  {
    rule: 6,
    without: 'flights by key with versions: a request joins any load of the same arguments',
    consistency: 'strong',
    expects: 'strong',
    scenario: readDuringOlderLoad,
    edits: [
      {
        file: 'cache/core/tiered-cache.js',
        find: 'await this.flights.run(current.keys.local,',
        replace: 'await this.flights.run(call.args,',
      },
    ],
  },
  {
    rule: 6,
    without: 'joining only what is not sent: a request joins a look-up that is under way',
    consistency: 'strong',
    expects: 'strong',
    scenario: readDuringOlderLookUp,
    edits: [
      {
        file: 'cache/versions/round-trips.js',
        find: 'this.next ??= {',
        replace: `if (this.inFlight !== undefined && tags.every((tag) => this.inFlight.tags.has(tag)))
            return this.inFlight.answer.promise;
        this.next ??= {`,
      },
    ],
  },
  {
    rule: 7,
    without: 'the lower bound: Cache-Versions is ignored',
    consistency: 'bounded',
    expects: 'versions',
    scenario: versionsAhead,
    edits: [
      {
        file: 'cache/http/request/cache-versions.js',
        find: 'return floor.size > 0 ? floor : undefined;',
        replace: 'return undefined;',
      },
    ],
  },
  {
    rule: 7,
    without: 'a lower bound only: what the client sends becomes part of the key',
    consistency: 'strong',
    expects: 'strong',
    scenario: versionsBehind,
    edits: [
      {
        file: 'cache/core/tiered-cache.js',
        find: 'const keys = this.options.keys.of(call, versions);',
        replace: `for (const [tag, version] of call.floor ?? []) versions.set(tag, version);
        const keys = this.options.keys.of(call, versions);`,
      },
    ],
  },
  {
    rule: 8,
    without: 'canonical tags, and the row that each must have',
    consistency: 'strong',
    expects: 'strong',
    scenario: upperCaseId,
    edits: [
      {
        file: 'cache/versions/tag.js',
        find: 'id.toLowerCase()',
        replace: 'id',
      },
      { file: 'cache/versions/tag.js', find: '-[0-9a-f]{12}$/;', replace: '-[0-9a-f]{12}$/i;' },
      {
        file: 'cache/core/versioned-load.js',
        find: 'if (!call.tags.every((tag) => own.has(tag)))',
        replace: 'if (false)',
      },
      {
        file: 'cache/core/tiered-cache.js',
        find: 'const complete = call.tags.every(',
        replace: 'const complete = true || call.tags.every(',
      },
    ],
  },
  {
    rule: 9,
    without: 'the bypass inside a load: a cached call in it may answer from the cache',
    consistency: 'strong',
    expects: 'strong',
    scenario: readAfterWrite,
    fixture: NESTED_CALL,
    edits: [
      {
        file: 'cache/core/tiered-cache.js',
        find: 'if (this.closed || mustBypass())\n            return this.bypass(',
        replace: 'if (this.closed)\n            return this.bypass(',
      },
    ],
  },
];
