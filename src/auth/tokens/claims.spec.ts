import { isForAudience, principalOf } from './claims.js';

const SUB = '7b1d4a52-8f0e-4c3b-9a57-2f8e6c1d0b34';

describe('principalOf', () => {
  it('takes the subject in lower case', () => {
    expect(principalOf({ sub: SUB.toUpperCase() })).toEqual({ subject: SUB, roles: [] });
  });

  it.each([
    undefined,
    '',
    'ana',
    ` ${SUB}`,
    `${SUB}\n`,
    SUB.replaceAll('-', ''),
    `{${SUB}}`,
    'urn:uuid:' + SUB,
  ])('finds no principal where sub is %j', (sub) => {
    expect(principalOf(sub === undefined ? {} : { sub })).toBeUndefined();
  });

  it('finds no principal where sub is no string', () => {
    expect(principalOf({ sub: [SUB] as unknown as string })).toBeUndefined();
  });

  it.each([
    ['cognito:groups', { 'cognito:groups': ['admin'] }, ['admin']],
    ['roles in an array', { roles: ['clinician', 'admin'] }, ['clinician', 'admin']],
    ['roles in a string', { roles: 'patient admin' }, ['patient', 'admin']],
    ['both', { 'cognito:groups': ['patient'], roles: ['patient', 'clinician'] }, ['clinician', 'patient']],
    ['unknown ones', { roles: ['root', 'Admin', 'admin ', 'clinician'] }, ['clinician']],
    ['other types', { roles: [1, null, ['admin'], { admin: true }] }, []],
    ['an object', { roles: { 0: 'admin', length: 1 } }, []],
    ['cognito:groups in a string', { 'cognito:groups': 'admin' }, []],
    ['none', {}, []],
  ])('reads the roles: %s', (_, claims, roles) => {
    expect(new Set(principalOf({ sub: SUB, ...claims })?.roles)).toEqual(new Set(roles));
    expect(principalOf({ sub: SUB, ...claims })?.roles).toHaveLength(roles.length);
  });
});

describe('isForAudience', () => {
  it.each([
    ['aud', { aud: 'careline' }],
    ['aud among others', { aud: ['other', 'careline'] }],
    ['the client of an access token', { token_use: 'access', client_id: 'careline' }],
  ])('accepts %s', (_, claims) => {
    expect(isForAudience(claims, 'careline')).toBe(true);
  });

  it.each([
    ['another aud', { aud: 'other' }],
    ['others only', { aud: ['other', 'careline2'] }],
    ['no aud at all', {}],
    ['an empty list', { aud: [] }],
    ['the client of an ID token', { token_use: 'id', client_id: 'careline' }],
    ['the client without token_use', { client_id: 'careline' }],
    ['another client', { token_use: 'access', client_id: 'other' }],
    ['another aud beside the right client', { aud: 'other', token_use: 'access', client_id: 'careline' }],
    ['an aud of null', { aud: null as unknown as string, token_use: 'access', client_id: 'careline' }],
  ])('refuses %s', (_, claims) => {
    expect(isForAudience(claims, 'careline')).toBe(false);
  });
});
