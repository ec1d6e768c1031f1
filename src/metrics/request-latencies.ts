import { Injectable } from '@nestjs/common';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { Histogram } from '../cache/index.js';

/** Where an answer of a cached route came from, as its `Cache-Status` says. */
export type AnswerSource = 'L1' | 'L2' | 'load' | 'joined' | 'stale' | 'bypass';

/**
 * Requests of one kind. `route` is the pattern, never the address; `none` where nothing answers to it. `source` is `none` on
 * routes that are not cached.
 */
export interface RequestKind {
  readonly method: string;
  readonly route: string;
  readonly status: number;
  readonly source: AnswerSource | 'none';
}

/** How long requests took, by kind, since the process began: from the first byte that arrived to the last that was sent. */
@Injectable()
export class RequestLatencies {
  private readonly byKind = new Map<string, readonly [RequestKind, Histogram]>();

  get all(): readonly (readonly [RequestKind, Histogram])[] {
    return [...this.byKind.values()];
  }

  /** All requests of cached routes together, by where their answers came from. */
  get bySource(): ReadonlyMap<AnswerSource, Histogram> {
    const sources = new Map<AnswerSource, Histogram>();
    for (const [{ source }, durations] of this.byKind.values()) {
      if (source === 'none') continue;
      const merged = sources.get(source) ?? new Histogram();
      merged.merge(durations);
      sources.set(source, merged);
    }
    return sources;
  }

  /** Bounded: by the service's routes, the methods that Node's parser knows, and the statuses that are answered. */
  observe(kind: RequestKind, durationMs: number): void {
    const key = `${kind.method} ${kind.route} ${kind.status} ${kind.source}`;
    let known = this.byKind.get(key);
    if (known === undefined) this.byKind.set(key, (known = [kind, new Histogram()]));
    known[1].observe(durationMs);
  }

  /** Observes every request of `fastify`, after it was answered. */
  watch(fastify: FastifyInstance): void {
    fastify.addHook('onResponse', (request, reply, done) => {
      const { method, routeOptions } = request;
      const kind = {
        method,
        route: routeOptions.url ?? 'none',
        status: reply.statusCode,
        source: sourceOf(reply),
      };
      this.observe(kind, reply.elapsedTime);
      done();
    });
  }
}

function sourceOf(reply: FastifyReply): RequestKind['source'] {
  const status = reply.getHeader('cache-status');
  if (typeof status !== 'string') return 'none';
  if (status.endsWith('detail=L1')) return 'L1';
  if (status.endsWith('detail=L2')) return 'L2';
  if (status.endsWith('collapsed')) return 'joined';
  if (status.endsWith('stale-if-error')) return 'stale';
  return status.includes('fwd=bypass') ? 'bypass' : 'load';
}
