/** Who may be logged in, and who is behind one request or socket. Pure. */

import { type PersonRole, personRoles } from '#contract/people.ts'

export const roles = personRoles
export type Role = PersonRole

/** A person with a session that holds right now. */
export interface Person {
  readonly kind: 'person'
  readonly id: string
  readonly name: string
  readonly email: string
  readonly role: Role
  /** The OPD whose applications an opd-owner sees; null for every other role. */
  readonly opd: string | null
  readonly session: string
  /** When this session began, epoch ms. */
  readonly beganMs: number
  readonly hasPassword: boolean
  readonly hasTotp: boolean
  /** How many. */
  readonly passkeys: number
  /** A factor there was has been removed, and no one-time link used since. */
  readonly factorRemoved: boolean
  /** When this session last proved its second factor, epoch ms; null when never. */
  readonly steppedUpMs: number | null
  /** Everybody needs two factors, and this session has proven one: it may set up or prove the other, and nothing else. */
  readonly secondFactorDue: boolean
}

/** `demo`: there is no login, and nobody is told apart. `scraper`: the bearer of SIAGA_METRICS_TOKEN. */
export type Caller = Person | { readonly kind: 'nobody' } | { readonly kind: 'demo' } | { readonly kind: 'scraper' }

export const nobody: Caller = { kind: 'nobody' }
export const demo: Caller = { kind: 'demo' }
export const scraper: Caller = { kind: 'scraper' }

/** Something to prove again before a dangerous act. */
export function hasSecondFactor({ hasTotp, passkeys }: Pick<Person, 'hasTotp' | 'passkeys'>): boolean {
  return hasTotp || passkeys > 0
}

/** The OPD this caller is held to; null sees everything. */
export function ownOpd(caller: Caller): string | null {
  return caller.kind === 'person' ? caller.opd : null
}
