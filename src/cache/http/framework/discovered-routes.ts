import { Inject, Injectable, RequestMethod, type ExecutionContext, type Type } from '@nestjs/common';
import { METHOD_METADATA, MODULE_PATH, PATH_METADATA, VERSION_METADATA } from '@nestjs/common/internal';
import { ApplicationConfig, DiscoveryService, MetadataScanner, ModulesContainer } from '@nestjs/core';
import { RoutePathFactory } from '@nestjs/core/router/route-path-factory.js';

/** A handler of an HTTP route. */
export type Handler = ReturnType<ExecutionContext['getHandler']>;

/** One handler of GET requests, at one of its paths. */
export interface DiscoveredRoute {
  readonly controller: Type;
  readonly handler: Handler;
  /** With every prefix: `/api/patients/:id`. */
  readonly path: string;
}

type Version = Parameters<RoutePathFactory['getVersion']>[0]['methodVersion'];

/** Finds the GET routes of an application by what its decorators say, once all its modules are there. */
@Injectable()
export class RouteDiscovery {
  constructor(
    @Inject(DiscoveryService) private readonly discovery: DiscoveryService,
    @Inject(MetadataScanner) private readonly scanner: MetadataScanner,
    @Inject(ApplicationConfig) private readonly application: ApplicationConfig,
    @Inject(ModulesContainer) private readonly modules: ModulesContainer,
  ) {}

  find(): readonly DiscoveredRoute[] {
    return this.discovery.getControllers().flatMap(({ metatype, host }) => {
      if (typeof metatype !== 'function') return [];
      const controller = metatype as Type;
      const prototype = controller.prototype as Record<string, Handler>;
      return this.scanner.getAllMethodNames(prototype).flatMap((name) => {
        const handler = prototype[name];
        return handler === undefined ? [] : this.routesOf(controller, handler, host?.metatype);
      });
    });
  }

  private routesOf(controller: Type, handler: Handler, module: object | undefined): DiscoveredRoute[] {
    const method = meta<RequestMethod>(METHOD_METADATA, handler);
    if (method !== RequestMethod.GET && method !== RequestMethod.ALL) return [];
    const methodPaths = [meta<string | string[]>(PATH_METADATA, handler) ?? []].flat();
    const controllerPaths = [meta<string | string[]>(PATH_METADATA, controller) ?? ''].flat();
    return controllerPaths.flatMap((ctrlPath) =>
      methodPaths.flatMap((methodPath) =>
        this.pathsOf(controller, handler, module, { ctrlPath, methodPath }).map((path) => ({
          controller,
          handler,
          path,
        })),
      ),
    );
  }

  /** As Nest itself puts a path together. */
  private pathsOf(
    controller: Type,
    handler: Handler,
    module: object | undefined,
    paths: { readonly ctrlPath: string; readonly methodPath: string },
  ): readonly string[] {
    const versioningOptions = this.application.getVersioning();
    const methodVersion = meta<NonNullable<Version>>(VERSION_METADATA, handler);
    const controllerVersion =
      meta<NonNullable<Version>>(VERSION_METADATA, controller) ?? versioningOptions?.defaultVersion;
    const modulePath =
      module &&
      (meta<string>(MODULE_PATH + this.modules.applicationId, module) ?? meta<string>(MODULE_PATH, module));
    return new RoutePathFactory(this.application).create(
      {
        ...paths,
        globalPrefix: this.application.getGlobalPrefix(),
        ...(modulePath === undefined ? {} : { modulePath }),
        ...(methodVersion === undefined ? {} : { methodVersion }),
        ...(controllerVersion === undefined ? {} : { controllerVersion }),
        ...(versioningOptions === undefined ? {} : { versioningOptions }),
      },
      RequestMethod.GET,
    );
  }
}

function meta<T>(key: string, target: object): T | undefined {
  return Reflect.getMetadata(key, target) as T | undefined;
}
