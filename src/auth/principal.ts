/** Roles of Careline; a token may carry several. */
export const ROLES = ['clinician', 'patient', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** Who makes a request, as proved by a verified token. */
export interface Principal {
  /** `sub` of the token: the uuid of the user, lower case. */
  readonly subject: string;
  readonly roles: readonly Role[];
}
