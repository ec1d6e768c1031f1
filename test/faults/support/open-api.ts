/** What the tests read of the OpenAPI document. */
interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly format?: string;
  readonly maxLength?: number;
  readonly example?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
}
interface Described {
  readonly parameters?: readonly { name: string; in: 'path' | 'query' | 'header'; schema?: Schema }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { schema: Schema }>> };
}
export interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

/** A field of a body. */
export interface Field {
  readonly name: string;
  readonly example: unknown;
  readonly isText: boolean;
  readonly maxLength: number | undefined;
}

/** A route with what it takes. */
export interface Operation {
  readonly method: string;
  readonly path: string;
  /** By kind, the names of its parameters. */
  readonly parameters: Readonly<Record<'path' | 'query' | 'header', readonly string[]>>;
  /** Undefined: it takes none. */
  readonly body: readonly Field[] | undefined;
}

export async function operationsOf(url: string): Promise<Operation[]> {
  const document = (await (await fetch(`${url}/docs-json`)).json()) as Document;
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => ({
      method: method.toUpperCase(),
      path,
      parameters: {
        path: named(described, 'path'),
        query: named(described, 'query'),
        header: named(described, 'header'),
      },
      body: bodyOf(document, described),
    })),
  );
}

function named({ parameters = [] }: Described, kind: string): string[] {
  return parameters.filter((parameter) => parameter.in === kind).map(({ name }) => name);
}

function bodyOf(document: Document, { requestBody }: Described): Field[] | undefined {
  const [media] = Object.values(requestBody?.content ?? {});
  if (media === undefined) return undefined;
  return Object.entries(resolved(document, media.schema).properties ?? {}).map(([name, schema]) => {
    const all = [schema, ...(schema.anyOf ?? []), ...(schema.allOf ?? [])].map((one) =>
      resolved(document, one),
    );
    return {
      name,
      example: schema.example,
      isText: all.some(({ type }) => type === 'string'),
      maxLength: all.find(({ maxLength }) => maxLength !== undefined)?.maxLength,
    };
  });
}

function resolved({ components }: Document, schema: Schema): Schema {
  const name = schema.$ref?.split('/').at(-1);
  return name === undefined ? schema : (components.schemas[name] ?? schema);
}
