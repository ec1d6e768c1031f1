import awsLambdaFastify from '@fastify/aws-lambda';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import type { FastifyInstance } from 'fastify';
import { createApp } from '../app.js';
import { TieredCache } from '../cache/index.js';
import { readProcessConfig } from '../config/index.js';
import { EmfReporter } from '../metrics/emf/emf-reporter.js';
import { refuseEventStreams } from './event-streams.js';
import { lambdaConfig } from './lambda-config.js';
import { lambdaLogger } from './lambda-logger.js';

/** What is being stored in L2 when a response is ready; the environment is frozen as soon as it is handed over. */
const SETTLE_MS = 1_000;

const config = lambdaConfig(readProcessConfig());
const app = await createApp(config, lambdaLogger(config.logLevel), { pages: false });
const fastify: FastifyInstance = app.getHttpAdapter().getInstance();
refuseEventStreams(fastify);
await app.init();
const respond = awsLambdaFastify(fastify, {
  serializeLambdaArguments: false,
  decorateRequest: false,
  // A comma in a query parameter is part of its value, as it is behind any other server.
  parseCommaSeparatedQueryParams: false,
});
await fastify.ready();
const cache = app.get(TieredCache);
const reporter = app.get(EmfReporter);

/**
 * The service behind an HTTP API of Amazon API Gateway, payload format 2.0. Nothing can listen between two requests, so
 * there is no feed: versions are read on every request.
 */
export async function handler(
  event: APIGatewayProxyEventV2,
  context: Context,
): Promise<APIGatewayProxyStructuredResultV2> {
  const response = await respond(event, context);
  await cache.settle(SETTLE_MS);
  reporter.reportIfDue();
  return response;
}
