/** The one file that knows the browser's side of WebAuthn. */
import {
  browserSupportsWebAuthn,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  startAuthentication,
  startRegistration,
} from '@simplewebauthn/browser'
import { z } from 'zod'
import { ApiError, call } from './api.ts'
import { t } from './texts.ts'

const Options = z.looseObject({ challenge: z.string() })

export const passkeysPossible = (): boolean => browserSupportsWebAuthn()

/** Asks the server for a challenge, the person for a finger, and sends the proof. @param path `session/passkey`, or that of the step-up @throws ApiError */
export async function provePasskey(path: 'session/passkey' | 'session/step-up/passkey'): Promise<void> {
  const options = await call(`/api/v1/${path}/options`, Options, { method: 'POST', body: {} })
  const assertion = await asked(() =>
    startAuthentication({ optionsJSON: options as unknown as PublicKeyCredentialRequestOptionsJSON }),
  )
  await call(`/api/v1/${path}`, z.unknown(), { method: 'POST', body: { assertion } })
}

/** @param password asked for as long as there is no second factor @throws ApiError */
export async function makePasskey(name: string, password: string): Promise<void> {
  const options = await call('/api/v1/passkeys/options', Options, { method: 'POST', body: { password } })
  const creation = await asked(() =>
    startRegistration({ optionsJSON: options as unknown as PublicKeyCredentialCreationOptionsJSON }),
  )
  await call('/api/v1/passkeys', z.unknown(), { method: 'POST', body: { name, creation } })
}

/** The browser says no more than that it did not happen. */
async function asked<T>(ceremony: () => Promise<T>): Promise<T> {
  try {
    return await ceremony()
  } catch {
    const [what, next] = t.login.passkeyCancelled
    throw new ApiError(what, next, 0)
  }
}
