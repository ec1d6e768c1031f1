import 'zod';

declare module 'zod' {
  interface GlobalMeta {
    /** Shown in the OpenAPI document. */
    example?: unknown;
  }
}
