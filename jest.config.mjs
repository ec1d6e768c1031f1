import { availableParallelism } from 'node:os';

const base = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: { '^.+\\.ts$': '@swc/jest' },
  transformIgnorePatterns: ['/node_modules/'],
};

const e2e = {
  ...base,
  setupFiles: ['<rootDir>/test/support/load-nest.mjs'],
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
};

/** `unit` needs nothing; `e2e` gets the embedded engines from its global set-up; `dax` is the
 * core of `e2e` once more, with the shared tier on DAX; `browser` also needs Chromium. */
export default {
  projects: [
    {
      ...base,
      displayName: 'unit',
      testMatch: [
        '<rootDir>/{src,test/freshness,test/structure}/**/*.spec.ts',
        '<rootDir>/tools/*/src/**/*.spec.ts',
      ],
    },
    {
      ...e2e,
      displayName: 'e2e',
      testMatch: ['<rootDir>/test/**/*.spec.ts', '<rootDir>/tools/*/test/**/*.spec.ts'],
      testPathIgnorePatterns: [
        '/node_modules/',
        '<rootDir>/test/browser/',
        '<rootDir>/test/freshness/',
        '<rootDir>/test/structure/',
      ],
    },
    {
      ...e2e,
      displayName: 'dax',
      testMatch: [
        '<rootDir>/test/e2e/patients-{record,changes,items}*.spec.ts',
        '<rootDir>/test/messaging/messages*.spec.ts',
      ],
    },
    {
      ...e2e,
      displayName: 'browser',
      testMatch: ['<rootDir>/test/browser/**/*.spec.ts'],
    },
  ],
  // Most tests wait for an engine more than they compute: half as many workers again as cores keep the cores busy.
  maxWorkers: Math.min(8, Math.ceil(availableParallelism() * 1.5)),
  // What waits for a condition says so itself, earlier; this is for what hangs, on a machine that is busy.
  testTimeout: 120_000,
  coverageProvider: 'babel',
  collectCoverageFrom: [
    'src/**/*.ts',
    'tools/*/src/**/*.ts',
    '!**/*.spec.ts',
    '!tools/*/src/main.ts',
    '!src/prisma/generated/**',
    '!src/main.ts',
  ],
  coverageReporters: ['text-summary', 'lcov'],
};
