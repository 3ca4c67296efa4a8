import { expect, test } from 'vitest'
import { loginAddress, nextAfterLogin } from './paths.ts'

const origin = 'https://siaga.example'
const next = (asked: string) => nextAfterLogin(new URL(loginAddress(asked), origin).search, origin)

test('the login leads back to the page that was asked for, with its question', () => {
  expect(next('/explore?app=simrs&range=6h')).toBe(`${origin}/explore?app=simrs&range=6h`)
  expect(nextAfterLogin('', origin)).toBe(`${origin}/`)
})

test.each([
  'https://other.example/',
  '//other.example/',
  '/\\other.example/',
  'javascript:alert(1)',
  'data:text/html,x',
  '/login?next=%2Flogin',
  '/login/return?code=x',
  'http://[',
])('the login does not lead to %s', (asked) => expect(next(asked)).toBe(`${origin}/`))

test('an address that climbs into a host name stays here', () => {
  expect(new URL(next('/.//other.example')).origin).toBe(origin)
})
