import { applyDecorators, Header } from '@nestjs/common';

/** The header fields of a route that sends events; the last one keeps nginx from gathering them. */
export const EventStreamHeaders = (): MethodDecorator =>
  applyDecorators(
    Header('content-type', 'text/event-stream; charset=utf-8'),
    Header('cache-control', 'no-store'),
    Header('x-accel-buffering', 'no'),
  );
