import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Answer = (response: ServerResponse) => void;

/** A server in the place of DynamoDB that answers as a test wants it. */
export class FakeDynamoDb {
  requests = 0;
  answer: Answer = answerWith(200, {});
  private readonly server: Server;

  private constructor() {
    this.server = createServer((request, response) => {
      this.requests += 1;
      request.resume().on('end', () => this.answer(response));
    });
    // Connections end when the client says so, not by themselves.
    this.server.keepAliveTimeout = 60_000;
  }

  static async start(): Promise<FakeDynamoDb> {
    const fake = new FakeDynamoDb();
    await new Promise<void>((resolve) => fake.server.listen(0, '127.0.0.1', resolve));
    return fake;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Open ones, idle ones too. */
  connections(): Promise<number> {
    return new Promise((resolve, reject) =>
      this.server.getConnections((error, count) => (error === null ? resolve(count) : reject(error))),
    );
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

export function answerWith(status: number, body: object | string): Answer {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
}

/** An error in DynamoDB's form. */
export function answerError(status: number, name: string, message: string): Answer {
  return answerWith(status, { __type: `com.amazonaws.dynamodb.v20120810#${name}`, message });
}
