import type { CacheRuntime } from '../cache-runtime.js';
import type { RouteDiscovery } from '../framework/discovered-routes.js';
import { Cached, AnnouncesVersions } from '../cached.decorator.js';
import type { CachedOptions, AnnouncedTags } from './cached-declaration.js';
import { Routes } from '../routes.js';
import {
  describeWrongOptions,
  describeWrongValues,
  DURATION,
  KINDS,
  NOT_EMPTY,
  SECRET,
  type Subject,
} from '../../../../test/support/wrong-options.js';

const versioned = { scope: 'shared', tags: () => [] };
const expiring = { scope: 'shared', consistency: 'ttl', ttl: '5s' };
const DEFAULTS = { ttlMs: 1, consistency: 'bounded' };
const routeOptions: Subject['options'] = {
  scope: ['"shared", "principal" or "role"'],
  name: [NOT_EMPTY, 'undefined', 'text'],
  query: ['an array of texts', 'undefined', 'an empty array'],
  vary: ['an array of names of header fields', 'undefined', 'an empty array'],
  cacheControl: ['text that can be sent in a header', 'undefined', 'text', 'empty text'],
  staleIfError: [DURATION, 'undefined'],
};
const whileVersioned: Subject['options'] = {
  tags: ['a function', 'a function'],
  consistency: ['"strong", "bounded" or "ttl"', 'undefined'],
  ttl: [DURATION, 'undefined'],
  snapshot: ['true or false', 'undefined', 'a boolean'],
};
const whileExpiring: Subject['options'] = {
  ttl: [DURATION],
  tags: ['left out under consistency "ttl"', 'undefined'],
  snapshot: ['left out under consistency "ttl"', 'undefined'],
};

const SUBJECTS: Readonly<Record<string, Subject>> = {
  '@Cached, by versions': {
    of: 'PatientsController.record',
    make: startWith,
    valid: versioned,
    options: { ...routeOptions, ...whileVersioned },
  },
  '@Cached, by expiry': {
    of: 'PatientsController.record',
    make: startWith,
    valid: expiring,
    options: { ...routeOptions, ...whileExpiring },
  },
};

describeWrongOptions(SUBJECTS);

describeWrongValues(SUBJECTS, [
  ['@Cached, by versions', 'ttl', '0s'],
  ['@Cached, by versions', 'ttl', '417'],
  ['@Cached, by versions', 'staleIfError', '-5s'],
  ['@Cached, by versions', 'vary', ['x-marker s3cret']],
  ['@Cached, by versions', 'vary', ['']],
  ['@Cached, by versions', 'cacheControl', `${SECRET}\r\n`],
  ['@Cached, by versions', 'query', [SECRET, undefined]],
]);

describe('what is wrong with routes beside their options', () => {
  // Guards routes.ts: `this.byName.has(name)`.
  it('two of one name: the second is named, with the name', () => {
    class PatientsController {
      record(): void {}
      list(): void {}
    }
    cache(PatientsController, 'record', { ...versioned, name: 'one' });
    cache(PatientsController, 'list', { ...versioned, name: 'one' });

    expect(() => start(PatientsController, ['record', 'list'])).toThrow(
      expect.objectContaining({
        code: 'CACHE_NAME_TAKEN',
        message:
          'PatientsController.list: another cached route is called "one": give one of them another name.',
      }) as Error,
    );
  });

  it.each(KINDS.filter(([kind]) => kind !== 'a function'))(
    '@AnnouncesVersions with %s: refused',
    (kind, tags) => {
      class PatientsController {
        change(): void {}
      }
      const declare = (): void =>
        decorate(PatientsController, 'change', AnnouncesVersions(tags as AnnouncedTags) as MethodDecorator);

      expect(declare).toThrow(`PatientsController.change: option "tags" must be a function; got ${kind}.`);
    },
  );
});

/** Starts an application with one route, `PatientsController.record`. */
function startWith(options: object): void {
  class PatientsController {
    record(): void {}
  }
  cache(PatientsController, 'record', options);
  start(PatientsController, ['record']);
}

function cache(controller: new () => object, method: string, options: object): void {
  decorate(controller, method, Cached(options as CachedOptions));
}

function decorate(controller: new () => object, method: string, decorator: MethodDecorator): void {
  const descriptor = Object.getOwnPropertyDescriptor(controller.prototype, method) as PropertyDescriptor;
  decorator(controller.prototype as object, method, descriptor);
}

function start(controller: new () => object, methods: readonly string[]): void {
  const prototype = controller.prototype as Record<string, () => void>;
  const found = methods.map((method) => ({ path: `/${method}`, controller, handler: prototype[method] }));
  const discovery = { find: () => found } as unknown as RouteDiscovery;
  new Routes({ defaults: DEFAULTS } as unknown as CacheRuntime, discovery).onApplicationBootstrap();
}
