import type { FastifyInstance } from 'fastify';
import { AppError } from '../common/errors/app-error.js';
import { sendProblem } from '../common/errors/problem.filter.js';

/** Routes whose answer never ends. A test compares them with the OpenAPI document. */
export const EVENT_STREAMS: ReadonlySet<string> = new Set(['/api/cache/stream', '/api/messages/stream']);

/** API Gateway hands an answer over when it is complete: a stream of events would be waited for in vain. */
export function refuseEventStreams(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    if (!EVENT_STREAMS.has(request.routeOptions.url ?? '')) return done();
    sendProblem(
      new AppError('STREAM_UNAVAILABLE', 'This deployment sends no event streams.'),
      request,
      reply,
    );
  });
}
