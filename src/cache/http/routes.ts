import {
  Inject,
  Injectable,
  type ExecutionContext,
  type OnApplicationBootstrap,
  type Type,
} from '@nestjs/common';
import { CacheUsageError } from '../base/errors.js';
import { CacheRuntime } from './cache-runtime.js';
import { ANSWERS_HITS, CACHED, type CachedOptions } from './routes/cached-declaration.js';
import { RouteDiscovery, type Handler } from './framework/discovered-routes.js';
import { answersItself, endsWithGuard, methodName } from './framework/handler-metadata.js';
import { PathPattern } from './routes/path-pattern.js';
import { CachedRoute } from './routes/cached-route.js';
import { checkCachedOptions } from './routes/cached-options.js';

/** A route that answers GET requests of some path; `route` is undefined when it is not cached. */
export interface MatchedRoute {
  readonly pattern: string;
  readonly params: Readonly<Record<string, string>>;
  readonly route: CachedRoute | undefined;
}

/** The cached routes of the application. */
@Injectable()
export class Routes implements OnApplicationBootstrap {
  /** By handler, and by class: a handler that two controllers inherit makes two routes. */
  private readonly byHandler = new WeakMap<Handler, Map<Type, CachedRoute | undefined>>();
  private readonly byName = new Map<string, CachedRoute>();
  private paths: readonly (readonly [PathPattern, CachedRoute | undefined])[] = [];

  constructor(
    @Inject(CacheRuntime) private readonly runtime: CacheRuntime,
    private readonly discovery: RouteDiscovery,
  ) {}

  /**
   * Settles every route before the first request.
   * @throws {CacheUsageError} when the options of one are wrong
   */
  onApplicationBootstrap(): void {
    this.paths = this.discovery
      .find()
      .map(({ path, controller, handler }) => [new PathPattern(path), this.get(controller, handler)] as const)
      .sort(([one], [other]) => one.compare(other));
  }

  /** The cached route that `context` is about to run; undefined when it is not cached. */
  of(context: ExecutionContext): CachedRoute | undefined {
    return this.get(context.getClass(), context.getHandler());
  }

  /** The route that would answer GET requests of `path`, which has no query; undefined when there is none. */
  match(path: string): MatchedRoute | undefined {
    for (const [pattern, route] of this.paths) {
      const params = pattern.match(path);
      if (params !== undefined) return { pattern: pattern.text, params, route };
    }
    return undefined;
  }

  private get(controller: Type, handler: Handler): CachedRoute | undefined {
    let byClass = this.byHandler.get(handler);
    if (byClass === undefined)
      this.byHandler.set(handler, (byClass = new Map<Type, CachedRoute | undefined>()));
    const known = byClass.get(controller);
    if (known !== undefined || byClass.has(controller)) return known;
    const route = this.settle(controller, handler);
    byClass.set(controller, route);
    return route;
  }

  private settle(controller: Type, handler: Handler): CachedRoute | undefined {
    const options = Reflect.getMetadata(CACHED, handler) as CachedOptions | undefined;
    if (options === undefined) return undefined;
    const place = `${controller.name}.${methodName(controller, handler)}`;
    checkCachedOptions(place, options);
    const { name = place } = options;
    // The name is in the key: under one name two routes would serve each other's answers.
    if (this.byName.has(name)) {
      throw new CacheUsageError(
        'CACHE_NAME_TAKEN',
        `${place}: another cached route is called "${name}": give one of them another name.`,
      );
    }
    const route = new CachedRoute(name, options, this.runtime.defaults, {
      answersItself: answersItself(controller, handler),
      // Under `strong` there is always somebody to be asked.
      answersEarly:
        endsWithGuard(ANSWERS_HITS, handler) &&
        (options.consistency ?? this.runtime.defaults.consistency) !== 'strong',
    });
    this.byName.set(name, route);
    return route;
  }
}
