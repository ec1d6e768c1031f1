import { StandardSchemaValidationPipe } from '@nestjs/common';
import { AppError, type FieldError } from './app-error.js';

const MAX_ERRORS = 50;
const MAX_FIELD_LENGTH = 100;

type Issues = Parameters<NonNullable<PipeOptions['exceptionFactory']>>[0];
type PipeOptions = NonNullable<ConstructorParameters<typeof StandardSchemaValidationPipe>[0]>;
type Issue = Issues[number];

/** Nest would take away members called `prototype` or `constructor` unseen; the schemas refuse them by name. */
class ValidationPipe extends StandardSchemaValidationPipe {
  protected override stripProtoKeys(): void {
    // Nothing: zod copies what it knows, and no more.
  }
}

/** Validates every parameter that names a schema; all mistakes are reported at once, by field. */
export function validationPipe(): StandardSchemaValidationPipe {
  return new ValidationPipe({ exceptionFactory: toValidationProblem });
}

function toValidationProblem(issues: Issues): AppError {
  const errors = oneForEachField(issues.flatMap(fieldErrors)).slice(0, MAX_ERRORS);
  return new AppError('REQUEST_INVALID', 'The request has mistakes: see errors.', { errors });
}

/** The first mistake of a field: those after it (a list is no text, and it is empty) follow from it. */
function oneForEachField(errors: readonly FieldError[]): FieldError[] {
  const fields = new Set<string>();
  return errors.filter(({ field }) => !fields.has(field) && fields.add(field));
}

/** Unknown fields come as one issue that lists them: they are reported one by one, as the others. */
function fieldErrors(issue: Issue): FieldError[] {
  const path = (issue.path ?? []).map((segment) =>
    String(typeof segment === 'object' ? segment.key : segment),
  );
  const unknown = 'keys' in issue && Array.isArray(issue.keys) ? issue.keys : [];
  if (unknown.length > 0) {
    return unknown.map((key) => ({
      field: fieldName([...path, String(key)]),
      message: 'is not a known field',
    }));
  }
  return [{ field: fieldName(path), message: issue.message }];
}

/** A field's name comes from the request: it is cut to a bounded, well-formed text. */
function fieldName(path: readonly string[]): string {
  return path.join('.').slice(0, MAX_FIELD_LENGTH).toWellFormed();
}
