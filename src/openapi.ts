import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';

const DESCRIPTION = `Aggregated clinical records and direct messages, behind a cache that is never wrong.

Get a token from **POST /api/dev/tokens** (development only; try the handle \`ana\`), press **Authorize**, paste it, and
call any route. Lists answer \`{ items, nextCursor }\`: pass \`nextCursor\` as \`cursor\` to get the next page. Errors are
problems of RFC 9457 with a stable \`code\`.`;

/** The OpenAPI 3 document of every route. */
function openApiDocument(app: INestApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setTitle('Careline')
    .setDescription(DESCRIPTION)
    .setVersion('0.1.0')
    .setLicense('MIT', 'https://spdx.org/licenses/MIT.html')
    .addBearerAuth(
      { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'An access token.' },
      'bearer',
    )
    .addTag('patients', 'Patients and their aggregated records')
    .addTag('exams', 'Exams of a patient')
    .addTag('medications', 'Medications of a patient')
    .addTag('messages', 'Direct messages between two users')
    .addTag('users', 'Who signs in')
    .addTag('development', 'Only outside production')
    .addTag('operations', 'The cache and the metrics, for operators')
    .addTag('health', 'For orchestrators')
    .build();
  return withoutPrefilled(SwaggerModule.createDocument(app, config));
}

/**
 * Swagger UI fills in the example of a parameter's schema where the first of its `examples` is empty: a list would be tried
 * with the cursor of another one. Where there are `examples`, they are all that there is.
 */
function withoutPrefilled(document: OpenAPIObject): OpenAPIObject {
  for (const path of Object.values(document.paths)) {
    for (const operation of [path.get, path.post]) {
      for (const parameter of operation?.parameters ?? []) {
        if (!('examples' in parameter) || parameter.schema === undefined) continue;
        delete (parameter.schema as { example?: unknown }).example;
      }
    }
  }
  return document;
}

/**
 * The document at /docs-json and /docs-yaml, Swagger UI at /docs.
 * @param ui false: only the document, for where the files of the page are not at hand
 */
export function serveOpenApi(app: INestApplication, ui = true): void {
  SwaggerModule.setup('docs', app, () => openApiDocument(app), {
    ui,
    jsonDocumentUrl: 'docs-json',
    yamlDocumentUrl: 'docs-yaml',
    customSiteTitle: 'Careline API',
    swaggerOptions: { persistAuthorization: true, displayRequestDuration: true, tryItOutEnabled: true },
  });
}
