/** The import rules of docs/architecture.md. */
const SHARED = '^src/(cache|dynamo|waiting|auth|users|prisma|common|config)/';

/** The rooms of `src/cache`, lowest first: each imports only from those before it. */
const CACHE_ROOMS = [
  'base/',
  'versions/',
  'keys/',
  'codec/',
  'stores/',
  'tiers/',
  'core/',
  '(keyv|stats)/',
  'http/',
  'admin/',
  'create-cache\\.ts$',
  'cache\\.module\\.ts$',
  'index\\.ts$',
];

const CACHE_LOOKS_DOWN = CACHE_ROOMS.slice(0, -1).map((room, floor) => ({
  name: `cache-looks-down-from-${room.replace(/\W/g, '')}`,
  severity: 'error',
  from: { path: `^src/cache/${room}`, pathNot: '\\.spec\\.ts$' },
  to: { path: `^src/cache/(${CACHE_ROOMS.slice(floor + 1).join('|')})` },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: { pathNot: 'generated' }, to: { circular: true } },
    {
      name: 'cache-is-self-contained',
      severity: 'error',
      from: { path: '^src/cache/' },
      comment: 'It stands on the tools for DynamoDB and for waiting, which messages use as well.',
      to: { path: '^src/', pathNot: '^src/(cache|dynamo|waiting)/' },
    },
    ...CACHE_LOOKS_DOWN,
    {
      name: 'keyv-and-statistics-are-neighbours',
      severity: 'error',
      from: { path: '^src/cache/(keyv|stats)/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^src/cache/(keyv|stats)/', pathNot: '^src/cache/$1/' },
    },
    {
      name: 'cache-knows-nest-at-its-top-only',
      severity: 'error',
      from: {
        path: '^src/cache/',
        pathNot: ['^src/cache/(http|admin)/', '^src/cache/cache\\.module\\.ts$', '\\.spec\\.ts$'],
      },
      to: { path: 'node_modules/(@nestjs|fastify|@fastify)/' },
    },
    {
      name: 'private-parts-of-frameworks-are-fenced',
      comment: 'What may change with any release of Nest is used in one folder.',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/cache/http/framework/', '\\.spec\\.ts$'] },
      to: { path: 'node_modules/@nestjs/(common/internal|core/(?!index))' },
    },
    {
      name: 'dynamo-is-a-leaf',
      severity: 'error',
      from: { path: '^src/dynamo/' },
      to: { path: '^src/', pathNot: '^src/(dynamo|waiting)/' },
    },
    {
      name: 'waiting-is-a-leaf',
      severity: 'error',
      from: { path: '^src/waiting/' },
      to: { path: '^src/', pathNot: '^src/waiting/' },
    },
    {
      name: 'config-imports-npm-only',
      severity: 'error',
      from: { path: '^src/config/' },
      to: { path: '^src/', pathNot: '^src/config/' },
    },
    {
      name: 'common-imports-no-module',
      severity: 'error',
      from: { path: '^src/common/' },
      to: { path: '^src/', pathNot: '^src/(common|config)/' },
    },
    {
      name: 'features-import-only-what-is-shared',
      comment: 'Feature modules never import each other.',
      severity: 'error',
      from: { path: '^src/(patients|messaging|fhir|health|metrics)/' },
      to: { path: '^src/', pathNot: [SHARED, '^src/$1/'] },
    },
    {
      name: 'only-repositories-touch-prisma',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot: [
          '^src/prisma/',
          '^src/cache/versions/',
          '\\.repository\\.ts$',
          '\\.spec\\.ts$',
          '\\.module\\.ts$',
        ],
      },
      to: { path: ['^src/prisma/(generated/|prisma\\.service)', 'node_modules/(@prisma|pg)/'] },
    },
    {
      name: 'src-imports-no-test-or-tool',
      severity: 'error',
      comment: 'Unit tests beside the source may use the doubles of test/support.',
      from: { path: '^src/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^(test|tools|bench|infra|scripts)/' },
    },
    {
      name: 'engines-stay-out-of-the-application',
      comment: 'Embedded engines are for development: only what starts the process knows them.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(embedded/|start\\.ts$|cli/)' },
      to: { path: '^src/embedded/' },
    },
    {
      name: 'tools-are-self-contained',
      comment: 'dax-local is of use without the service; its tests may use the helpers of ours.',
      severity: 'error',
      from: { path: '^tools/[^/]+/src/' },
      to: { path: '^(src|test|bench|infra|scripts)/' },
    },
    {
      name: 'resolvable',
      comment: '`aws-lambda` is the name of types alone.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^aws-lambda$' },
    },
  ],
  options: {
    // The page's scripts import each other by address, in a browser.
    exclude: { path: '^src/cache/admin/console/assets/' },
    doNotFollow: { path: ['node_modules', 'generated', '^dist/'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node'],
    },
  },
};
