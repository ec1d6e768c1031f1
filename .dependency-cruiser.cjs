/** The import rules of docs/architecture.md. */
const SHARED = '^src/(cache|dynamo|waiting|auth|users|prisma|common|config)/';

/** Floors, lowest first; the rooms of one floor are neighbours, which do not know each other. */
const FLOORS = {
  cache: [
    ['base/'],
    ['versions/'],
    ['keys/'],
    ['codec/', 'stores/'],
    ['tiers/'],
    ['core/'],
    ['keyv/', 'stats/'],
    ['http/'],
    ['admin/', 'create-cache\\.ts$'],
    ['cache\\.module\\.ts$'],
    ['index\\.ts$'],
  ],
  'cache/http': [['framework/'], ['request/'], ['response/'], ['routes/'], ['[^/]+\\.ts$']],
  messaging: [
    ['ulid\\.ts$', 'cache-tags\\.ts$'],
    ['dto/', 'table/'],
    ['postgres/'],
    ['append/'],
    ['sending/', 'reading/', 'live/', 'stream/', 'operator/'],
    ['messaging-metrics\\.ts$'],
    ['messaging\\.module\\.ts$', 'messaging-stream\\.module\\.ts$'],
  ],
};

/** Each room imports from itself and from the floors below it. */
const LOOK_DOWN = Object.entries(FLOORS).flatMap(([folder, floors]) =>
  floors.flatMap((rooms, floor) =>
    rooms.map((room) => ({
      name: `${folder.replace(/\W/g, '-')}-looks-down-from-${room.replace(/\W/g, '')}`,
      severity: 'error',
      from: { path: `^src/${folder}/${room}`, pathNot: '\\.spec\\.ts$' },
      to: {
        path: `^src/${folder}/`,
        pathNot: [...floors.slice(0, floor).flat(), room].map((below) => `^src/${folder}/${below}`),
      },
    })),
  ),
);

/** A room without a floor could import from anywhere. */
const HAVE_FLOORS = Object.entries(FLOORS).map(([folder, floors]) => ({
  name: `${folder.replace(/\W/g, '-')}-has-a-floor-for-each-room`,
  severity: 'error',
  from: {
    path: `^src/${folder}/`,
    pathNot: [...floors.flat().map((room) => `^src/${folder}/${room}`), '\\.spec\\.ts$'],
  },
  to: {},
}));

/** Who may query PostgreSQL, through Prisma or `pg`. */
const TOUCH_POSTGRESQL = [
  '^src/prisma/',
  '^src/cache/versions/',
  '^src/(patients|messaging)/postgres/',
  '^src/(users|fhir)/[^/]+\\.repository\\.ts$',
  '^src/messaging/operator/messaging-operator\\.ts$',
];

/** Who may ask DynamoDB, its streams or DAX. */
const TOUCH_DYNAMODB = ['^src/dynamo/', '^src/cache/stores/', '^src/messaging/(table|append)/'];

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
    ...LOOK_DOWN,
    ...HAVE_FLOORS,
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
      to: { path: 'node_modules/@nestjs/(common|core|platform-fastify)/(?!index\\.js$)' },
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
      name: 'rooms-of-metrics-are-neighbours',
      severity: 'error',
      from: { path: '^src/metrics/(emf|prometheus|operations)/' },
      to: { path: '^src/metrics/(emf|prometheus|operations|metrics\\.module)', pathNot: '^src/metrics/$1/' },
    },
    {
      name: 'few-rooms-touch-postgresql',
      comment:
        'All else asks what they export: no controller, service, guard, DTO or handler queries by itself.',
      severity: 'error',
      from: { path: '^src/', pathNot: [...TOUCH_POSTGRESQL, '\\.spec\\.ts$'] },
      to: { path: ['^src/prisma/(generated/|prisma\\.service)', 'node_modules/(@prisma|pg|pg-[^/]+)/'] },
    },
    {
      name: 'who-answers-requests-queries-nothing',
      comment: 'In whichever room they stand.',
      severity: 'error',
      from: {
        path: '^src/.*\\.(controller|service|guard|filter|interceptor|dto)\\.ts$',
        pathNot: '^src/prisma/',
      },
      to: {
        path: [
          '^src/prisma/(generated/|prisma\\.service)',
          'node_modules/(@prisma|pg|pg-[^/]+|@aws-sdk/[^/]*dynamodb[^/]*|@amazon-dax-sdk)/',
        ],
      },
    },
    {
      name: 'few-rooms-touch-dynamodb',
      comment: 'DynamoDB, its streams and DAX.',
      severity: 'error',
      from: { path: '^src/', pathNot: [...TOUCH_DYNAMODB, '\\.spec\\.ts$'] },
      to: { path: 'node_modules/(@aws-sdk/[^/]*dynamodb[^/]*|@amazon-dax-sdk)/' },
    },
    {
      name: 'dynamodb-clients-are-made-where-they-are-used',
      comment: 'Or by what starts a process; of `type`s alone everybody may know.',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot: [...TOUCH_DYNAMODB, '^src/(cache/index\\.ts$|start\\.ts$|cli/)', '\\.spec\\.ts$'],
      },
      to: { path: '^src/dynamo/(dynamo-client|tables)', dependencyTypesNot: ['type-only'] },
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
