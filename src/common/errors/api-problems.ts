import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiProperty, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import { AppError, type FieldError } from './app-error.js';
import { ERROR_CATALOGUE, type ErrorCode } from './error-catalogue.js';
import { problemBody, type ProblemBody } from './problem-response.js';

const MEDIA_TYPE = 'application/problem+json';
const EXAMPLE_REQUEST_ID = '0b5c7f0e-6f0b-4b0e-9a53-3f1b2f8f1f5d';
const EXAMPLE_ERRORS: readonly FieldError[] = [{ field: 'birthDate', message: 'must be a date that exists' }];

/** One mistake in a request, for the OpenAPI document. */
class ProblemField implements FieldError {
  @ApiProperty({
    description: 'The field, as a dotted path; empty for the body itself.',
    example: 'birthDate',
  })
  readonly field!: string;

  @ApiProperty({ description: 'What is wrong with it.', example: 'must be a date that exists' })
  readonly message!: string;
}

/** {@link ProblemBody} for the OpenAPI document. */
class Problem implements ProblemBody {
  @ApiProperty({
    description: 'A URI that names the kind of problem.',
    example: 'urn:careline:problem:REQUEST_INVALID',
  })
  readonly type!: string;

  @ApiProperty({ description: 'The kind of problem, for people.', example: 'The request is malformed' })
  readonly title!: string;

  @ApiProperty({ type: 'integer', description: 'The HTTP status.', example: 400 })
  readonly status!: number;

  @ApiProperty({
    description: 'What happened here, for people.',
    example: 'The request has mistakes: see errors.',
  })
  readonly detail!: string;

  @ApiProperty({
    enum: Object.keys(ERROR_CATALOGUE),
    enumName: 'ErrorCode',
    description: 'The kind of problem, for programs: codes never change.',
    example: 'REQUEST_INVALID',
  })
  readonly code!: ErrorCode;

  @ApiProperty({
    description: 'The request, as in X-Request-Id and in the log.',
    example: EXAMPLE_REQUEST_ID,
  })
  readonly requestId!: string;

  @ApiProperty({
    type: [ProblemField],
    required: false,
    description: 'Every wrong field, where fields are wrong.',
    example: EXAMPLE_ERRORS,
  })
  readonly errors?: readonly FieldError[];
}

/**
 * Documents that a route, or every route of a controller, answers with these problems: one response a status, one
 * example a code. What stands on a route replaces what stands on its controller for the same status.
 */
export function ApiProblems(...codes: readonly ErrorCode[]): ClassDecorator & MethodDecorator {
  const byStatus = Map.groupBy(codes, (code) => ERROR_CATALOGUE[code].status);
  const responses = [...byStatus].map(([status, ofStatus]) =>
    ApiResponse({
      status,
      description: ofStatus.map((code) => `\`${code}\`: ${ERROR_CATALOGUE[code].title}.`).join(' '),
      content: {
        [MEDIA_TYPE]: { schema: { $ref: getSchemaPath(Problem) }, examples: examplesOf(ofStatus) },
      },
    }),
  );
  return applyDecorators(ApiExtraModels(Problem), ...responses);
}

function examplesOf(codes: readonly ErrorCode[]): Record<string, { summary: string; value: ProblemBody }> {
  const entries = codes.map((code) => {
    const { title } = ERROR_CATALOGUE[code];
    const errors = code === 'REQUEST_INVALID' ? EXAMPLE_ERRORS : [];
    const value = problemBody(new AppError(code, `${title}.`, { errors }), EXAMPLE_REQUEST_ID);
    return [code, { summary: title, value }] as const;
  });
  return Object.fromEntries(entries);
}

/** What every route behind a bearer token may answer. */
export const PROTECTED_ROUTE_PROBLEMS = [
  'AUTH_TOKEN_MISSING',
  'AUTH_TOKEN_INVALID',
  'RATE_LIMITED',
  'INTERNAL',
  'AUTH_UNAVAILABLE',
  'DATABASE_UNAVAILABLE',
] as const satisfies readonly ErrorCode[];

/** What every route that takes a body may answer. */
export const BODY_PROBLEMS = [
  'REQUEST_INVALID',
  'BODY_TOO_LARGE',
  'MEDIA_TYPE_UNSUPPORTED',
] as const satisfies readonly ErrorCode[];
