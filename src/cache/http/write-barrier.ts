import { Inject, Injectable, type CallHandler, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { catchError, concatMap, from, type Observable } from 'rxjs';
import { EVERYTHING } from '../versions/tag.js';
import { CacheRuntime } from './cache-runtime.js';
import { CACHE_VERSIONS, formatCacheVersions } from './cache-versions.js';
import { INVALIDATES, type CachedRequest, type Invalidated } from './cached.decorator.js';

/**
 * Rule 5: after the commit, also when the handler then fails, one round trip on the feed, and only then the answer. It
 * holds for every unsafe request: there is nothing to declare, and nothing to forget.
 */
@Injectable()
export class WriteBarrier {
  constructor(@Inject(CacheRuntime) private readonly runtime: CacheRuntime) {}

  pass(
    handler: ReturnType<ExecutionContext['getHandler']>,
    request: FastifyRequest,
    reply: FastifyReply,
    next: CallHandler,
  ): Observable<unknown> {
    const { authority } = this.runtime;
    const tagsOf = Reflect.getMetadata(INVALIDATES, handler) as Invalidated | undefined;
    return next.handle().pipe(
      concatMap(async (response: unknown) => {
        await authority.barrier();
        if (tagsOf !== undefined) await this.tellVersions(tagsOf, request, reply, response);
        return response;
      }),
      catchError((error: unknown) => from(authority.barrier().then(() => Promise.reject(error as Error)))),
    );
  }

  /** A courtesy to the client's next read elsewhere: what goes wrong with it is no reason to fail a write that is done. */
  private async tellVersions(
    tagsOf: Invalidated,
    request: FastifyRequest,
    reply: FastifyReply,
    response: unknown,
  ): Promise<void> {
    try {
      const tags = tagsOf(
        toCachedRequest(request, this.runtime.defaults.principalOf(request)?.subject),
        response,
      );
      const versions = await this.runtime.authority.lookUp(tags.filter((tag) => tag !== EVERYTHING));
      if (versions.size > 0) reply.header(CACHE_VERSIONS, formatCacheVersions(versions));
    } catch {
      this.runtime.report({ type: 'versions-untold' });
    }
  }
}

function toCachedRequest(request: FastifyRequest, subject: string | undefined): CachedRequest {
  return {
    params: (request.params ?? {}) as CachedRequest['params'],
    query: (request.query ?? {}) as CachedRequest['query'],
    subject,
  };
}
