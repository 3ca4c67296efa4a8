/** What a new password has to be, beyond its length: not among those tried first, and not among those published. */
import { passwordFault } from '#contract/passwords.ts'
import { AccountError } from './accounts.ts'
import type { BreachedPasswords } from './breached-passwords.ts'

/** @param own name and address of the person @throws AccountError */
export type PasswordCheck = (password: string, own: readonly string[]) => Promise<void>

/** @param breached the operator's list; undefined when there is none */
export function createPasswordCheck(breached: BreachedPasswords | undefined): PasswordCheck {
  return async (password, own) => {
    if (passwordFault(password, own) !== undefined) {
      throw new AccountError(
        'password-common',
        'this password is among those that are tried first: choose a short sentence',
      )
    }
    if (await breached?.has(password)) {
      throw new AccountError(
        'password-breached',
        'this password was stolen elsewhere and published: choose another one',
      )
    }
  }
}
