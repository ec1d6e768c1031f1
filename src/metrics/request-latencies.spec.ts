import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Source } from '../cache/index.js';
import { bypassStatus, cacheStatus, NOT_CACHEABLE_STATUS } from '../cache/http/response/cache-status.js';
import { RequestLatencies } from './request-latencies.js';

type Hook = (request: FastifyRequest, reply: FastifyReply, done: () => void) => void;

/** Latencies of requests that were answered with these values of `Cache-Status`. */
function answered(...statuses: (string | undefined)[]): RequestLatencies {
  const latencies = new RequestLatencies();
  const hooks: Hook[] = [];
  latencies.watch({ addHook: (_: string, hook: Hook) => hooks.push(hook) } as unknown as FastifyInstance);
  for (const status of statuses) {
    const request = { method: 'GET', routeOptions: { url: '/api/patients/:id' } } as FastifyRequest;
    const reply = { statusCode: 200, elapsedTime: 2, getHeader: () => status } as unknown as FastifyReply;
    for (const hook of hooks) hook(request, reply, () => undefined);
  }
  return latencies;
}

const of = (source: Source, notStored?: 'torn'): string =>
  cacheStatus({ source, ageMs: 60_000, ttlMs: 1_000, notStored }, false);

describe('RequestLatencies', () => {
  it.each([
    ['L1', of('L1')],
    ['L2', of('L2')],
    ['load', of('load')],
    ['load', of('load', 'torn')],
    ['load', NOT_CACHEABLE_STATUS],
    ['joined', of('joined')],
    ['stale', of('stale')],
    ['bypass', of('bypass')],
    ['bypass', bypassStatus('undeclared-query')],
    ['none', undefined],
  ])('%s: Cache-Status %s', (source, status) => {
    expect(answered(status).all[0]?.[0].source).toBe(source);
  });

  it('adds up requests of one kind', () => {
    const { all } = answered(of('L1'), of('L2'), of('L1'));

    expect(all.map(([{ source }, { count, sumMs }]) => [source, count, sumMs])).toEqual([
      ['L1', 2, 4],
      ['L2', 1, 2],
    ]);
  });
});
