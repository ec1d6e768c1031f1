// The service's parts in this process, without HTTP.
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { AppModule } from '../../dist/app.module.js';
import { dynamoConnection } from '../../dist/dynamo/dynamo-connection.js';
import { createCacheTable, createDynamoClient, TieredCache } from '../../dist/cache/index.js';
import { readConfig, withEngines } from '../../dist/config/index.js';
import { PatientsService } from '../../dist/patients/patients.service.js';

/** Bytes, kept as they are: what a cached route keeps. */
export const BYTES = { immutable: true, serialize: (bytes) => bytes, deserialize: (bytes) => bytes };

/** The connection that the service has with the DynamoDB of `environment`. */
export function connectionOf(environment) {
  return dynamoConnection(readConfig(environment));
}

/** Runs `work` with the service's cache and patients. */
export async function withService(environment, work) {
  const config = withEngines(readConfig(environment), {
    databaseUrl: environment.DATABASE_URL,
    embeddedEngines: [],
  });
  if (config.cache.store === 'dynamo') await makeTable(environment, config.cache.table);
  const app = await NestFactory.create(AppModule.forRoot(config), new FastifyAdapter(), {
    logger: false,
    abortOnError: false,
  });
  try {
    const get = (token) => app.get(token, { strict: false });
    await work({ cache: get(TieredCache), patients: get(PatientsService), table: config.cache.table, get });
  } finally {
    await app.close();
  }
}

async function makeTable(environment, table) {
  const client = createDynamoClient(connectionOf(environment));
  await createCacheTable(client, table);
  client.destroy();
}

/** A uuid that says its number. */
export const numberedUuid = (i) => `00000000-0000-4000-8000-${i.toString(16).padStart(12, '0')}`;
