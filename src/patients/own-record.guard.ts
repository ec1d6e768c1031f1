import {
  applyDecorators,
  Injectable,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Roles } from '../auth/decorators.js';
import type { Role } from '../auth/principal.js';
import { AppError } from '../common/errors/app-error.js';
import { UsersService } from '../users/users.service.js';

/** Those who may read every record. */
export const CARE_ROLES = ['clinician', 'admin'] as const satisfies readonly Role[];

/**
 * Lets a patient read the record in the address (`:id`) only if it is their own. Whether another exists is not told. A
 * guard, since guards alone run before a response is answered from a cache.
 */
@Injectable()
class OwnRecordGuard implements CanActivate {
  constructor(private readonly users: UsersService) {}

  canActivate(context: ExecutionContext): true | Promise<true> {
    const { principal, params } = context
      .switchToHttp()
      .getRequest<FastifyRequest<{ Params: { id: string } }>>();
    if (principal === undefined) throw notTheirs();
    if (CARE_ROLES.some((role) => principal.roles.includes(role))) return true;
    return this.isOwn(principal.subject, params.id);
  }

  private async isOwn(subject: string, patientId: string): Promise<true> {
    const user = await this.users.findById(subject);
    if (user === undefined || user.patientId !== patientId.toLowerCase()) throw notTheirs();
    return true;
  }
}

function notTheirs(): AppError {
  return new AppError('AUTH_FORBIDDEN', 'You may read your own record only.');
}

/** A route under `:id` that clinicians, admins and the patient themselves may read. */
export const ReadableByPatient = () =>
  applyDecorators(Roles(...CARE_ROLES, 'patient'), UseGuards(OwnRecordGuard));
