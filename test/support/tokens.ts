import type { TestApp } from './test-app.js';

/** A bearer token of the local issuer for the user `handle`, who must exist. */
export async function tokenFor(app: Pick<TestApp, 'url'>, handle: string): Promise<string> {
  const response = await fetch(`${app.url}/api/dev/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ handle }),
  });
  const body = (await response.json()) as { token?: string };
  if (response.status !== 201 || body.token === undefined)
    throw new Error(`no token for ${handle}: ${response.status}`);
  return body.token;
}
