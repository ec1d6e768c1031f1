import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AppError } from './app-error.js';
import { ERROR_CATALOGUE } from './error-catalogue.js';
import { PROBLEM_MEDIA_TYPE, problemBody, toAppError } from './problem-response.js';

/** Answers every error as a problem of RFC 9457. The only exception filter of the service. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    sendProblem(toAppError(thrown), http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }
}

/** Logs a fault of ours, and sends `error` unless the response has begun. */
export function sendProblem(error: AppError, request: FastifyRequest, reply: FastifyReply): void {
  const { status } = ERROR_CATALOGUE[error.code];
  if (status >= 500) request.log.error({ err: error, code: error.code }, 'request failed');
  if (reply.sent || reply.raw.headersSent) {
    reply.raw.destroy();
    return;
  }
  if (error.retryAfterSeconds !== undefined) reply.header('retry-after', String(error.retryAfterSeconds));
  void reply.status(status).type(PROBLEM_MEDIA_TYPE).send(problemBody(error, request.id));
}
