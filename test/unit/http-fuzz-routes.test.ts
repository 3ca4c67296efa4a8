/** Keeps the HTTP fuzz in step with the allow-table. */
import { expect, it } from 'vitest'
import { httpRows } from '../../server/auth/allow-table.ts'
import { wishes, wishesFor } from '../proofs/http-routes.ts'

const routes = httpRows.map(({ route }) => route)

it('the HTTP fuzz asks something of every row of the allow-table', () => {
  const asked = new Set(wishes.map(({ route }) => route))
  expect(routes.filter((route) => !asked.has(route))).toEqual([])
})

it('a route it has nothing for, or no longer there, is named', () => {
  expect(() => wishesFor([...routes, 'POST /api/v1/unheard-of'])).toThrow('"POST /api/v1/unheard-of"')
  expect(() => wishesFor(routes.slice(0, -1))).toThrow(`"${routes.at(-1)}"`)
})
