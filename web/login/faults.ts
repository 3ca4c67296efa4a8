/** What is wrong with what was typed, in words for beneath the field; empty when nothing is. Pure. */
import { passwordFault } from '../../broker/contract/passwords.ts'
import { Email, PASSWORD_LENGTH_MIN } from '../../broker/contract/people.ts'
import { CODE_ALPHABET, RECOVERY_LETTERS, readTypedCode } from '../../broker/contract/typed-code.ts'
import { t } from '../lib/texts.ts'

const RECOVERY_CODE = new RegExp(`^[${CODE_ALPHABET}]{${RECOVERY_LETTERS}}$`)

export function emailFault(typed: string): string {
  if (typed.trim() === '') return t.login.missing.email
  if (Email.safeParse(typed.trim()).success) return ''
  const letter = /[^\p{ASCII}]/u.exec(typed)?.[0]
  return letter === undefined ? t.login.emailWrong : t.login.emailLetter(letter)
}

/** Six digits, with spaces as an app shows them. */
export function codeFault(typed: string): string {
  if (typed.trim() === '') return t.login.missing.code
  return /^\d{6}$/.test(typed.replaceAll(/\s/g, '')) ? '' : t.login.codeWrong
}

export function recoveryFault(typed: string): string {
  if (typed.trim() === '') return t.login.missing.code
  return RECOVERY_CODE.test(readTypedCode(typed)) ? '' : t.login.recoveryWrong
}

export function newPasswordFault(typed: string): string {
  if (typed === '') return t.login.missing.password
  const fault = passwordFault(typed)
  if (fault === 'short') return t.login.passwordShort(PASSWORD_LENGTH_MIN, typed.length)
  return fault === 'common' ? t.login.passwordCommon : ''
}
