import { validate } from '@readme/openapi-parser';
import { startTestApp, type TestApp } from '../support/test-app.js';

interface Operation {
  readonly summary?: string;
  readonly description?: string;
  readonly parameters?: readonly Described[];
  readonly requestBody?: { content: Record<string, { schema: Schema }> };
  readonly responses: Record<string, { description?: string; content?: Record<string, Media> }>;
  readonly security?: readonly unknown[];
}
interface Described {
  readonly name: string;
  readonly description?: string;
  readonly example?: unknown;
  readonly examples?: unknown;
  readonly schema?: Schema;
}
interface Media {
  readonly schema?: Schema;
  readonly example?: unknown;
  readonly examples?: unknown;
}
interface Schema {
  readonly $ref?: string;
  readonly description?: string;
  readonly example?: unknown;
  readonly properties?: Record<string, Schema>;
  readonly items?: Schema;
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
}
interface Document {
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: {
    schemas: Record<string, Schema>;
    securitySchemes: Record<string, { scheme: string }>;
  };
}

const PUBLIC = ['/health/live', '/health/ready', '/metrics', '/api/dev/tokens'];

describe('/docs-json', () => {
  let app: TestApp;
  let document: Document;

  beforeAll(async () => {
    app = await startTestApp();
    document = (await (await fetch(`${app.url}/docs-json`)).json()) as Document;
  });
  afterAll(() => app.close());

  const operations = () =>
    Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        name: `${method} ${path}`,
        path,
        method,
        operation,
      })),
    );

  it('is valid OpenAPI 3', async () => {
    const result = await validate(structuredClone(document) as unknown as Parameters<typeof validate>[0]);

    expect(result).toMatchObject({ valid: true });
  });

  it('has every route of the service', () => {
    const routes = operations().map(({ name }) => name);

    expect(routes.sort()).toEqual(
      [
        'delete /api/patients/{id}',
        'delete /api/patients/{id}/exams/{itemId}',
        'delete /api/patients/{id}/medications/{itemId}',
        'get /api/cache/entries',
        'get /api/conversations',
        'get /api/conversations/{id}/messages',
        'get /api/cache/stats',
        'get /api/cache/stream',
        'get /api/messages/stream',
        'get /api/patients',
        'get /api/patients/{id}',
        'get /api/patients/{id}/exams',
        'get /api/patients/{id}/medications',
        'get /api/users',
        'get /api/users/me',
        'get /health/live',
        'get /health/ready',
        'get /metrics',
        'patch /api/patients/{id}',
        'patch /api/patients/{id}/exams/{itemId}',
        'patch /api/patients/{id}/medications/{itemId}',
        'post /api/cache/flush',
        'post /api/conversations/{id}/read',
        'post /api/dev/tokens',
        'post /api/messages',
        'post /api/patients',
        'post /api/patients/{id}/exams',
        'post /api/patients/{id}/medications',
      ].sort(),
    );
  });

  it('every operation and every parameter is described, parameters with an example', () => {
    const missing = operations().flatMap(({ name, operation }) => [
      ...(operation.summary && operation.description ? [] : [name]),
      ...(operation.parameters ?? [])
        .filter(
          ({ description, example, examples, schema }) =>
            !description || (example ?? examples ?? schema?.example) === undefined,
        )
        .map((parameter) => `${name} ${parameter.name}`),
    ]);

    expect(missing).toEqual([]);
  });

  it('every field of every schema is described and has an example', () => {
    const missing = Object.entries(document.components.schemas).flatMap(([name, schema]) =>
      undescribed(name, schema, document),
    );

    expect(missing).toEqual([]);
  });

  it('every operation names its errors, each with an example of a problem', () => {
    const missing = operations()
      .filter(({ path }) => path.startsWith('/api/'))
      .flatMap(({ name, path, operation }) => {
        const errors = Object.entries(operation.responses).filter(([status]) => status >= '400');
        const required = PUBLIC.includes(path) ? ['400'] : ['401'];
        return [
          ...required
            .filter((status) => !(status in operation.responses))
            .map((status) => `${name} ${status}`),
          ...errors
            .filter(([, { description, content }]) => {
              const media = content?.['application/problem+json'];
              return !description || (media?.example ?? media?.examples) === undefined;
            })
            .map(([status]) => `${name} ${status} example`),
        ];
      });

    expect(missing).toEqual([]);
  });

  it('bearer authorisation is asked for on every route but the public ones', () => {
    const wrong = operations().filter(
      ({ path, operation }) => (operation.security ?? []).length > 0 === PUBLIC.includes(path),
    );

    expect(document.components.securitySchemes).toMatchObject({ bearer: { scheme: 'bearer' } });
    expect(wrong.map(({ name }) => name)).toEqual([]);
  });
});

function undescribed(path: string, schema: Schema, document: Document): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const field = `${path}.${name}`;
    const holdsOthers = [property, property.items, ...(property.allOf ?? []), ...(property.anyOf ?? [])].some(
      (part) => part?.$ref !== undefined || part?.properties !== undefined,
    );
    return [
      ...(property.description || property.$ref ? [] : [`${field} description`]),
      ...(property.example !== undefined || holdsOthers ? [] : [`${field} example`]),
      ...undescribed(field, property, document),
    ];
  });
}
