/** Problems a page tells apart: the `type` of their RFC 9457 document. All others are `about:blank`. */

const prefix = 'urn:siaga:problem:'

export const problemNames = [
  'not-logged-in',
  'not-allowed',
  'not-accepted',
  'code-used',
  'code-late',
  'link-ended',
  'too-many-tries',
  'busy',
  'step-up-needed',
  'second-factor-missing',
  'second-factor-due',
  'email-taken',
  'standing-wrong',
  'last-administrator',
  'account-unknown',
  'own-account',
  'name-missing',
  'password-common',
  'password-breached',
  'password-list-away',
  'passkey-needed',
  'passkey-refused',
  'passkeys-full',
  'passkeys-elsewhere',
  'log-in-again',
  'last-factor',
  'link-needed',
  'provider-away',
  'provider-late',
  'provider-refused',
  'access-not-given',
  'subject-unknown',
  'subject-linked',
  'identity-exists',
  'identity-unknown',
  'token-unknown',
  'enrolment-refused',
  'app-unknown',
] as const
export type ProblemName = (typeof problemNames)[number]

export function problemType(name: ProblemName): string {
  return prefix + name
}

/** @returns undefined for `about:blank` and for what this build does not know */
export function problemNameOf(type: string): ProblemName | undefined {
  return problemNames.find((name) => type === problemType(name))
}
