const KEY = 'careline-console-token';

/** The token, kept in this tab's session storage and nowhere else. */
export const session = {
  get token() {
    return sessionStorage.getItem(KEY);
  },
  begin(token) {
    sessionStorage.setItem(KEY, token);
  },
  end() {
    sessionStorage.removeItem(KEY);
  },
};

/** What the service said when it refused. */
export class Refusal extends Error {
  constructor(status, problem) {
    super(
      problem.errors?.[0]?.message ?? problem.detail ?? problem.title ?? `The service answered ${status}.`,
    );
    this.status = status;
  }
}

/** Asks the service as the signed-in user. @throws {Refusal} */
export async function ask(path, options = {}) {
  const response = await fetch(path, { ...options, headers: headers(options.headers), cache: 'no-store' });
  if (!response.ok) throw await refusalOf(response);
  return response;
}

/** Sends `body` as JSON, and gets JSON. */
export async function post(path, body) {
  const response = await ask(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return response.json();
}

async function refusalOf(response) {
  const problem = await response.json().catch(() => ({}));
  return new Refusal(response.status, problem);
}

function headers(given = {}) {
  return session.token === null ? given : { ...given, authorization: `Bearer ${session.token}` };
}
