import {
  ForbiddenException,
  Injectable,
  Module,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import type { Provider, Type } from '@nestjs/common';
import { APP_GUARD, NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import { createCodec } from '../../../src/cache/codec/create-codec.js';
import type { CacheEvent } from '../../../src/cache/base/events.js';
import { CacheModule, type CacheModuleOptions } from '../../../src/cache/index.js';
import { MemoryStore } from '../../../src/cache/stores/memory/memory-store.js';

/** The header field that says who asks: a subject, then its roles. */
export const CALLER = 'x-caller';

interface CallingRequest extends FastifyRequest {
  caller?: { readonly subject: string; readonly roles: readonly string[] };
}

/** `x-caller: ana clinician,admin`; without it a request is anonymous, and `nobody` is refused. */
@Injectable()
class CallerGuard implements CanActivate {
  canActivate(context: ExecutionContext): true {
    const request = context.switchToHttp().getRequest<CallingRequest>();
    const given = request.headers[CALLER];
    if (given === undefined) return true;
    const [subject = '', roles = ''] = String(given).split(' ');
    if (subject === 'nobody') throw new ForbiddenException();
    request.caller = { subject, roles: roles.split(',') };
    return true;
  }
}

export interface HttpAppOptions extends Partial<CacheModuleOptions> {
  readonly databaseUrl: string;
  readonly controllers: Type[];
  readonly providers?: Provider[];
  /** Modules that are imported before the cache's, and after it. */
  readonly before?: Type[];
  readonly after?: Type[];
  /** Runs before the application listens. */
  readonly configure?: (app: NestFastifyApplication) => void | Promise<void>;
}

/** A Nest application of the test's own with the cache in it, on a free loopback port. */
export interface HttpApp {
  readonly url: string;
  /** Everything that the cache reported. */
  readonly events: readonly CacheEvent[];
  /** The names of events of `type`, in order; those of `not-stored` with the reason. */
  told(type: CacheEvent['type']): readonly string[];
  close(): Promise<void>;
}

export async function startHttpApp(options: HttpAppOptions): Promise<HttpApp> {
  const { controllers, providers = [], before = [], after = [], configure, ...cache } = options;
  const events: CacheEvent[] = [];
  @Module({
    imports: [
      ...before,
      CacheModule.forRootAsync({
        useFactory: () => ({
          namespace: 'test',
          ttlMs: 3_600_000,
          consistency: 'bounded',
          selfCheck: false,
          isOutage: (error) => error instanceof OriginDown,
          principalOf: (request) => (request as CallingRequest).caller,
          report: (event) => void events.push(event),
          ...cache,
        }),
      }),
      ...after,
    ],
    controllers,
    providers: [{ provide: APP_GUARD, useClass: CallerGuard }, ...providers],
  })
  class TestModule {}

  const app = await NestFactory.create<NestFastifyApplication>(TestModule, new FastifyAdapter(), {
    logger: false,
    abortOnError: false,
  });
  try {
    await configure?.(app);
    await app.listen(0, '127.0.0.1');
  } catch (error) {
    await app.close();
    throw error;
  }
  return {
    url: (await app.getUrl()).replace('localhost', '127.0.0.1'),
    events,
    told: (type) => events.flatMap((event) => (event.type === type ? [wordOf(event)] : [])),
    close: () => app.close(),
  };
}

/** What a handler throws when its origin is down. */
export class OriginDown extends Error {}

/** A shared tier in memory, for several applications of one test. */
export function sharedStore(): NonNullable<CacheModuleOptions['store']> {
  return {
    store: new MemoryStore({ maxBytes: 16 * 1024 * 1024 }),
    codec: createCodec({ encryption: { mode: 'off' } }),
    timeoutMs: 5_000,
  };
}

function wordOf(event: CacheEvent): string {
  if (event.type === 'not-stored') return event.reason;
  if (event.type === 'hit' || event.type === 'miss') return event.tier;
  return 'name' in event ? event.name : event.type;
}
