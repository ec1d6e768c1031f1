import type { FastifyInstance } from 'fastify';

/**
 * Closes each connection with the answer that was under way when the service began to stop: kept alive, it would hold
 * the server open until its time-out.
 */
export function drainOnClose(fastify: FastifyInstance): void {
  let stopping = false;
  fastify.addHook('preClose', (done) => {
    stopping = true;
    done();
  });
  fastify.addHook('onSend', (_request, reply, payload, done) => {
    if (stopping) reply.header('connection', 'close');
    done(null, payload);
  });
}
