import { Inject, Injectable, type ExecutionContext, type Type } from '@nestjs/common';
import { CacheRuntime } from './cache-runtime.js';
import { CACHED, type CachedOptions } from './cached.decorator.js';
import { RouteCall } from './route-call.js';

type Handler = ReturnType<ExecutionContext['getHandler']>;

/** The cached routes of the application, by handler. */
@Injectable()
export class Routes {
  private readonly byHandler = new WeakMap<Handler, RouteCall | 'none'>();
  private readonly byName = new Map<string, RouteCall>();

  constructor(@Inject(CacheRuntime) private readonly runtime: CacheRuntime) {}

  /** The cached route that `context` is about to run; undefined when it is not cached. */
  of(context: ExecutionContext): RouteCall | undefined {
    const handler = context.getHandler();
    let route = this.byHandler.get(handler);
    if (route === undefined) {
      route = this.settle(context.getClass(), handler);
      this.byHandler.set(handler, route);
    }
    return route === 'none' ? undefined : route;
  }

  private settle(controller: Type, handler: Handler): RouteCall | 'none' {
    const options = Reflect.getMetadata(CACHED, handler) as CachedOptions | undefined;
    if (options === undefined) return 'none';
    const route = new RouteCall(`${controller.name}.${handler.name}`, options, this.runtime.defaults);
    this.byName.set(route.name, route);
    return route;
  }
}
