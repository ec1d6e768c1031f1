import type { JWTPayload } from 'jose';
import { uuid } from '../../common/validation.js';
import { ROLES, type Principal } from '../principal.js';

const Subject = uuid();

/** The principal of verified claims; undefined when `sub` is no uuid. */
export function principalOf(claims: JWTPayload): Principal | undefined {
  const subject = Subject.safeParse(claims.sub);
  if (!subject.success) return undefined;
  return Object.freeze({ subject: subject.data, roles: Object.freeze(rolesOf(claims)) });
}

/**
 * Whether the token is meant for `audience`. Cognito's access tokens carry no `aud` but the `client_id`:
 * https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html
 */
export function isForAudience(claims: JWTPayload, audience: string): boolean {
  const { aud } = claims;
  if (aud === undefined) return claims['token_use'] === 'access' && claims['client_id'] === audience;
  return aud === audience || (Array.isArray(aud) && aud.includes(audience));
}

/** Careline's roles among `cognito:groups` and `roles`; others are somebody else's and ignored. */
function rolesOf(claims: JWTPayload): Principal['roles'] {
  const given = new Set([...listOf(claims['cognito:groups']), ...listOf(spaceSeparated(claims['roles']))]);
  return ROLES.filter((role) => given.has(role));
}

function spaceSeparated(claim: unknown): unknown {
  return typeof claim === 'string' ? claim.split(' ') : claim;
}

function listOf(claim: unknown): unknown[] {
  return Array.isArray(claim) ? (claim as unknown[]) : [];
}
