import { applyDecorators, SetMetadata, UseGuards } from '@nestjs/common';
import type { Observable } from 'rxjs';
import { FUNCTION, invalidOption } from '../base/option-checks.js';
import { HitGuard } from './hit.guard.js';
import {
  ANNOUNCES_VERSIONS,
  CACHED,
  type AnnouncedTags,
  type CachedOptions,
  type RouteParams,
} from './routes/cached-declaration.js';

/**
 * Caches the responses of a GET route; HEAD is answered from it too, but fills nothing. Needs the interceptor of
 * `CacheModule`. Not kept, and answered as without it: other statuses than 200, responses that set a cookie, redirects,
 * streams, events, rendered pages, nothing at all, what the handler sends by itself, forbids to keep (`no-store`), or
 * lets vary on a header field that is not declared, and JSON that a `preSerialization` hook of Fastify would change.
 *
 * Write it above `@UseGuards`: hits are cheapest where no guard of the handler comes after the cache's own.
 * @example
 * ```ts
 * @Get(':id')
 * @Cached<{ id: string }>({ scope: 'shared', tags: ({ params }) => [patientTag(params.id)] })
 * findOne(@Param('id') id: string): Promise<PatientRecord>
 * ```
 */
export const Cached = <Params extends object = RouteParams>(
  options: CachedOptions<Params>,
): MethodDecorator => applyDecorators(SetMetadata(CACHED, options), UseGuards(HitGuard));

/** Decorates a handler that returns `Response`, as such or as a promise or observable. */
type HandlerDecorator<Response> = <
  Handler extends (...args: never[]) => Response | Promise<Response> | Observable<Response>,
>(
  target: object,
  method: string | symbol,
  descriptor: TypedPropertyDescriptor<Handler>,
) => void;

/**
 * Sends the versions of `tags`, as they are after the write, in the response's `Cache-Versions`: a client that sends them
 * with its next read sees its own write on every instance at once. It invalidates nothing: the versions are bumped where
 * the data is written, and this instance's own reads see every write without it. Use it where a client may reach another
 * instance with its next request.
 * @throws {CacheUsageError} when `tags` is no function
 * @example
 * ```ts
 * @Post()
 * @AnnouncesVersions<Patient>((_, patient) => [patientTag(patient.id)])
 * create(@Body() patient: NewPatient): Promise<Patient>
 * ```
 */
export const AnnouncesVersions =
  <Response = unknown, Params extends object = RouteParams>(
    tags: AnnouncedTags<Response, Params>,
  ): HandlerDecorator<Response> =>
  (target, method, descriptor) => {
    const place = `${target.constructor.name}.${String(method)}`;
    if (!FUNCTION.accepts(tags)) throw invalidOption(place, 'tags', FUNCTION.expected, tags);
    Reflect.defineMetadata(ANNOUNCES_VERSIONS, tags, descriptor.value as object);
  };
