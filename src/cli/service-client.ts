import { z } from 'zod';
import { OperatorError } from '../common/errors/operator-error.js';

const TIMEOUT_MS = 10_000;
const ADMIN = 'admin';

const Problem = z.object({ code: z.string(), detail: z.string() });
const Token = z.object({ token: z.string() });

/** A running service, as an operator asks it. */
export class ServiceClient {
  /** @param token undefined: one of the development issuer for the user `admin` */
  constructor(
    private readonly url: string,
    private token: string | undefined,
  ) {}

  /**
   * What the service answers to `GET path`.
   * @throws {OperatorError} when it does not answer, refuses, or answers what `schema` does not know
   */
  async get<Answer>(path: string, schema: z.ZodType<Answer>): Promise<Answer> {
    this.token ??= await this.developmentToken();
    const response = await this.send(path, { headers: { authorization: `Bearer ${this.token}` } });
    const body: unknown = await response.json().catch(() => undefined);
    if (!response.ok) throw refused(response.status, body);
    const answer = schema.safeParse(body);
    if (answer.success) return answer.data;
    throw new OperatorError(`What answers at ${this.url} is no Careline of this version.`);
  }

  private async developmentToken(): Promise<string> {
    const response = await this.send('/api/dev/tokens', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ handle: ADMIN }),
    });
    const answer = Token.safeParse(await response.json().catch(() => undefined));
    if (response.ok && answer.success) return answer.data.token;
    throw new OperatorError(
      `${this.url} gives no token for the user "${ADMIN}" (${response.status}): pass one of an admin with --token.`,
    );
  }

  private async send(path: string, init: RequestInit): Promise<Response> {
    try {
      return await fetch(`${this.url}${path}`, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) });
    } catch (cause) {
      throw new OperatorError(`No service answers at ${this.url}: start it, or say with --url where it is.`, {
        cause,
      });
    }
  }
}

function refused(status: number, body: unknown): OperatorError {
  const problem = Problem.safeParse(body);
  const reason = problem.success ? `${problem.data.code}: ${problem.data.detail}` : `status ${status}`;
  return new OperatorError(`The service refuses: ${reason}`);
}
