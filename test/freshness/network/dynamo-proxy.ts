import { once } from 'node:events';
import {
  Agent,
  createServer,
  request,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** What DynamoDB is like for one instance. */
export type Weather =
  | { readonly kind: 'fair' }
  | { readonly kind: 'slow'; readonly delayMs: number }
  /** Refuses requests for more than what was provisioned. */
  | { readonly kind: 'throttling' }
  /** Ends every connection. */
  | { readonly kind: 'gone' };

const THROTTLED = JSON.stringify({
  __type: 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException',
  message: 'The level of configured provisioned throughput for the table was exceeded.',
});

/** An HTTP server in front of DynamoDB Local, one for each instance. */
export class DynamoProxy {
  weather: Weather = { kind: 'fair' };
  private readonly agent = new Agent({ keepAlive: true });
  private readonly server: Server;

  private constructor(private readonly target: URL) {
    this.server = createServer((incoming, response) => void this.answer(incoming, response));
    this.server.keepAliveTimeout = 60_000;
  }

  static async start(endpoint: string): Promise<DynamoProxy> {
    const proxy = new DynamoProxy(new URL(endpoint));
    proxy.server.listen(0, '127.0.0.1');
    await once(proxy.server, 'listening');
    return proxy;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.agent.destroy();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    incoming.on('error', () => undefined);
    response.on('error', () => undefined);
    const { weather } = this;
    switch (weather.kind) {
      case 'gone':
        return void incoming.socket.destroy();
      case 'throttling':
        incoming.resume();
        response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' }).end(THROTTLED);
        return;
      case 'slow':
        await delay(weather.delayMs);
        return this.forward(incoming, response);
      case 'fair':
        return this.forward(incoming, response);
    }
  }

  private forward(incoming: IncomingMessage, response: ServerResponse): void {
    const { method, url, headers } = incoming;
    const { hostname, port } = this.target;
    const outgoing = request({ agent: this.agent, hostname, port, method, path: url, headers }, (answer) => {
      answer.on('error', () => response.destroy());
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    outgoing.on('error', () => response.destroy());
    // A client that gives up does not wait for the answer.
    response.on('close', () => outgoing.destroy());
    incoming.pipe(outgoing);
  }
}
