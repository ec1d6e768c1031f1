import { defineConfig } from 'prisma/config';

// `prisma generate` never runs the native schema engine, yet its CLI insists on downloading it. Naming any
// executable keeps it offline; migrations run through the WebAssembly engine (src/prisma/migrate.ts).
process.env['PRISMA_SCHEMA_ENGINE_BINARY'] ??= process.execPath;

export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations', seed: 'npm run careline -- db seed' },
  datasource: { url: process.env['DATABASE_URL'] ?? '' },
});
