// Bundles the Lambda functions of dist/lambda, each into a folder of its own: dist-lambda/<name>/index.mjs, handler "index.handler".
import { rm } from 'node:fs/promises';
import { build } from 'esbuild';

const OUT = 'dist-lambda';
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
