import { expect, it } from 'vitest'
import { openOwnAuth } from '../../test/harness/auth.ts'

const MORE_THAN_ARE_HASHED = 30

it('a link stays open when the server is too busy for its password, or the address is taken', async () => {
  const { auth } = await openOwnAuth()
  const link = auth.links.issue(null, Date.now())
  await auth.accounts.create({ name: 'Dayang', email: 'taken@kalbar.example', role: 'auditor', opd: null }, Date.now())
  const use = (email: string) =>
    auth.login.useLink({ link, password: 'kata sandi yang cukup panjang', name: 'Admin', email })
  const busy = Promise.allSettled(Array.from({ length: MORE_THAN_ARE_HASHED }, () => auth.accounts.hash('x')))
  await expect(use('admin@kalbar.example')).rejects.toThrow('too many log in at once')
  await busy
  await expect(use('taken@kalbar.example')).rejects.toThrow('has an account already')
  await expect(use('admin@kalbar.example')).resolves.toMatchObject({ email: 'admin@kalbar.example' })
  await expect(use('other@kalbar.example')).rejects.toThrow('used already')
})
