/** What is wrong with what was typed in the settings, in words for beneath the field; empty when nothing is. Pure. */
import { Id } from '../../broker/contract/identifiers.ts'
import type { PersonRole } from '../../broker/contract/people.ts'
import { t } from '../lib/texts.ts'
import { emailFault } from '../login/faults.ts'
import { idsIn } from './identities.ts'

export const idFault = (typed: string): string => (Id.safeParse(typed).success ? '' : t.settings.identities.idWrong)

/** Of those a gateway is limited to. */
export function appsFault(typed: string): string {
  const ids = idsIn(typed)
  if (ids.length === 0) return t.settings.identities.appsMissing
  const wrong = ids.find((id) => idFault(id) !== '')
  return wrong === undefined ? '' : t.settings.identities.appWrong(wrong)
}

export const opdFault = (role: PersonRole, typed: string): string =>
  role === 'opd-owner' && typed.trim() === '' ? t.settings.people.opdMissing : ''

export interface PersonFields {
  name: string
  email: string
  role: PersonRole
  opd: string
}

export function personFaults({ name, email, role, opd }: Readonly<PersonFields>) {
  return {
    name: name.trim() === '' ? t.login.missing.name : '',
    email: emailFault(email),
    opd: opdFault(role, opd),
  }
}

export const isFaultless = (faults: Readonly<Record<string, string>>): boolean =>
  Object.values(faults).every((fault) => fault === '')
