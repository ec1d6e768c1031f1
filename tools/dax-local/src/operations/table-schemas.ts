import { DescribeTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { KeySchema, KeyType } from '../protocol/keys.js';

/** Key schemas of tables, asked of DynamoDB once. A table's never changes, but another of its name may follow it. */
export class TableSchemas {
  readonly #known = new Map<string, KeySchema>();
  readonly #keyAttributes = new Map<string, ReadonlySet<string>>();
  readonly #asked = new Map<string, Promise<KeySchema>>();

  constructor(private readonly dynamodb: DynamoDBClient) {}

  /** @throws what DynamoDB throws, ResourceNotFoundException when there is no such table */
  get(table: string): KeySchema | Promise<KeySchema> {
    const known = this.#known.get(table) ?? this.#asked.get(table);
    if (known !== undefined) return known;
    const asked = this.#describe(table).finally(() => this.#asked.delete(table));
    this.#asked.set(table, asked);
    return asked;
  }

  /** Attributes in the key of the table or of an index, of a table that {@link get} has answered for. */
  keyAttributes(table: string): ReadonlySet<string> {
    return this.#keyAttributes.get(table) ?? new Set();
  }

  /** To be asked again: DynamoDB does not know a table, or not with the key it had. */
  forgetAll(): void {
    this.#known.clear();
  }

  async #describe(table: string): Promise<KeySchema> {
    const { Table } = await this.dynamodb.send(new DescribeTableCommand({ TableName: table }));
    const types = new Map(Table?.AttributeDefinitions?.map((one) => [one.AttributeName, one.AttributeType]));
    const schema = (Table?.KeySchema ?? [])
      .toSorted((one, other) => (one.KeyType ?? '').localeCompare(other.KeyType ?? ''))
      .map(({ AttributeName = '' }) => ({ name: AttributeName, type: types.get(AttributeName) as KeyType }));
    this.#keyAttributes.set(table, new Set([...types.keys()].map(String)));
    this.#known.set(table, schema);
    return schema;
  }
}
