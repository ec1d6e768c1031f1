import {
  applyDecorators,
  Injectable,
  UseInterceptors,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { ApiCreatedResponse } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { tap, type Observable } from 'rxjs';
import type { z } from 'zod';

interface Created {
  readonly id: string;
}

/** Names what a POST on a collection created in the `Location` header: the collection's address, then the id. */
@Injectable()
class CreatedLocation implements NestInterceptor<Created> {
  intercept(context: ExecutionContext, next: CallHandler<Created>): Observable<Created> {
    const http = context.switchToHttp();
    const { pathname } = new URL(http.getRequest<FastifyRequest>().url, 'http://careline.invalid');
    // Ids are canonical in lower case, and so is everything else in our addresses.
    const collection = pathname.toLowerCase().replace(/\/$/, '');
    const reply = http.getResponse<FastifyReply>();
    return next.handle().pipe(tap(({ id }) => void reply.header('location', `${collection}/${id}`)));
  }
}

/** A route that answers 201 with what it created, and where that is. */
export const Creates = (description: string, schema: z.ZodType) =>
  applyDecorators(
    UseInterceptors(CreatedLocation),
    ApiCreatedResponse({
      description,
      standardSchema: schema,
      headers: { Location: { description: 'The address of what was created.', schema: { type: 'string' } } },
    }),
  );
