// Bundles the Lambda functions of dist/lambda, each into a folder of its own: dist-lambda/<name>/index.mjs, handler "index.handler".
// node scripts/bundle-lambda.mjs [folder instead of dist-lambda]
import { readFile, rm } from 'node:fs/promises';
import { build } from 'esbuild';

const OUT = process.argv[2] ?? 'dist-lambda';
const FUNCTIONS = ['http', 'messaging-stream'];

/** Packages that Nest loads only for what Careline does not use. */
const NOT_USED = [
  '@fastify/multipart',
  '@fastify/view',
  '@nestjs/microservices',
  '@nestjs/platform-express',
  '@nestjs/websockets',
  'class-validator',
];

/** For the CommonJS packages in the bundle, which call `require` for what Node itself has. */
const banner = `import { createRequire } from 'node:module';const require = createRequire(import.meta.url);`;

/** The DAX client is loaded by Node's own `require`, and only where it is asked for; esbuild must see it all the same. */
const DAX_CLIENT = "createRequire(import.meta.url)('@amazon-dax-sdk/lib-dax')";
const withDaxClient = {
  name: 'dax-client',
  setup({ onLoad }) {
    onLoad({ filter: /dax-item-client\.js$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      if (!source.includes(DAX_CLIENT)) throw new Error(`${path} loads the DAX client in another way.`);
      return { contents: source.replace(DAX_CLIENT, "require('@amazon-dax-sdk/lib-dax')"), loader: 'js' };
    });
  },
};

await rm(OUT, { recursive: true, force: true });
for (const name of FUNCTIONS) {
  const { metafile } = await build({
    entryPoints: [`dist/lambda/${name}.js`],
    outfile: `${OUT}/${name}/index.mjs`,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    external: NOT_USED.flatMap((name) => [name, `${name}/*`]),
    banner: { js: banner },
    plugins: [withDaxClient],
    // Nest finds providers by their classes; names also stand in logs.
    keepNames: true,
    minify: true,
    sourcemap: 'linked',
    sourcesContent: false,
    metafile: true,
    logLevel: 'warning',
  });
  for (const [file, { bytes }] of Object.entries(metafile.outputs)) {
    if (file.endsWith('.mjs')) process.stdout.write(`${file}  ${(bytes / 2 ** 20).toFixed(1)} MiB\n`);
  }
}
