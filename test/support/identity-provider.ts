import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose';

export const ISSUER = 'https://identity.example/pool';
export const AUDIENCE = 'careline-clients';
const KID = 'key-1';

/** An identity provider with a key set on a free loopback port. */
export class IdentityProvider {
  /** Requests for the key set so far. */
  fetches = 0;
  /** Whether the key set can be had. */
  available = true;

  private constructor(
    private readonly server: Server,
    private readonly privateKey: CryptoKey,
    readonly publicJwk: JWK,
    private readonly scheme: 'http' | 'https',
  ) {
    server.on('request', (_, response) => {
      this.fetches += 1;
      if (!this.available) response.writeHead(503).end();
      else response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: [publicJwk] }));
    });
  }

  /** @param tls a key and its certificate for 127.0.0.1, in PEM: the key set is had over https */
  static async start(tls?: { readonly key: string; readonly cert: string }): Promise<IdentityProvider> {
    const { privateKey, publicKey } = await generateKeyPair('RS256');
    // A test that fails before it stops the provider must not keep Jest from ending.
    const server: Server = (tls === undefined ? createServer() : createTlsServer(tls)).unref();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const jwk = { ...(await exportJWK(publicKey)), kid: KID, alg: 'RS256', use: 'sig' };
    return new IdentityProvider(server, privateKey, jwk, tls === undefined ? 'http' : 'https');
  }

  get jwksUri(): string {
    return `${this.scheme}://127.0.0.1:${(this.server.address() as AddressInfo).port}/.well-known/jwks.json`;
  }

  /** An ID token as Cognito makes it; `claims` replaces claims, undefined leaves them out. */
  token(subject: string, groups: readonly string[], claims: Record<string, unknown> = {}): Promise<string> {
    const exp = Math.floor(Date.now() / 1_000) + 3_600;
    return new SignJWT({
      iss: ISSUER,
      aud: AUDIENCE,
      sub: subject,
      token_use: 'id',
      'cognito:groups': groups,
      exp,
      ...claims,
    })
      .setProtectedHeader({ alg: 'RS256', kid: KID })
      .sign(this.privateKey);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
