import { HttpAdapterHost } from '@nestjs/core';
import { WriteBarrier } from './write-barrier.js';
import type { CacheRuntime } from './cache-runtime.js';

describe('WriteBarrier', () => {
  // Guards write-barrier.ts, onModuleInit: the hook is not installed by the constructor. An application of a test
  // has no adapter yet when its modules are made.
  it('an adapter that comes after the modules gets the hook all the same', () => {
    const host = new HttpAdapterHost();
    const barrier = new WriteBarrier({} as CacheRuntime, host);
    const hooks: string[] = [];
    host.httpAdapter = {
      getInstance: () => ({ addHook: (name: string) => hooks.push(name) }),
    } as unknown as typeof host.httpAdapter;
    barrier.onModuleInit();

    expect(hooks).toEqual(['onSend']);
  });

  it('without an HTTP server there is nothing to wait for', () => {
    expect(() => new WriteBarrier({} as CacheRuntime, new HttpAdapterHost()).onModuleInit()).not.toThrow();
  });
});
