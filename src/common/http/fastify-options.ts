import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { LogController } from 'fastify';
import type { FastifyReply, FastifyRequest, FastifyServerOptions } from 'fastify';
import type { Logger } from 'pino';
import { sendProblem } from '../errors/problem.filter.js';
import { toAppError } from '../errors/problem-response.js';
import { DEFAULT_BODY_LIMIT_BYTES } from './body-limit.js';
import { SECURITY_HEADERS } from './security-headers.js';

const REQUEST_TIMEOUT_MS = 30_000;
const CLIENT_REQUEST_ID = /^[A-Za-z0-9_.-]{8,64}$/;

/** How Fastify is set up: limits, request ids, one log line a request, problems for what never reaches a route. */
export function fastifyOptions(logger: Logger): FastifyServerOptions {
  return {
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    bodyLimit: DEFAULT_BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    forceCloseConnections: 'idle',
    genReqId: requestId,
    frameworkErrors: (error: unknown, request: FastifyRequest, reply: FastifyReply) => {
      // What has no route runs no hook.
      reply.headers(SECURITY_HEADERS).header('x-request-id', request.id);
      sendProblem(toAppError(error), request, reply);
    },
  };
}

/** The client's own request id where it is harmless in a log, else a new one. */
function requestId(request: Pick<IncomingMessage, 'headers'>): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && CLIENT_REQUEST_ID.test(given) ? given : randomUUID();
}
