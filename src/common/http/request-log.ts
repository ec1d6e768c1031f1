import type { FastifyInstance } from 'fastify';

/**
 * One line a request, and its id in the answer. The line names the route's pattern, never the address: ids and
 * search terms in it may point at a person.
 */
export function logRequests(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    done();
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    request.log.info(
      {
        method: request.method,
        route: request.routeOptions.url ?? 'none',
        status: reply.statusCode,
        durationMs: Math.round(reply.elapsedTime * 1000) / 1000,
        subject: request.principal?.subject,
      },
      'request',
    );
    done();
  });
}
