import { expect, it } from 'vitest'
import { ArgumentError, parseArguments } from './arguments.ts'

it('runs without arguments', () => {
  expect(parseArguments([])).toMatchObject({ dev: false, help: false })
})

it('knows --dev and --help', () => {
  expect(parseArguments(['--dev', '--help'])).toMatchObject({ dev: true, help: true })
})

it.each([['--prod'], ['extra'], ['--dev=yes']])('refuses %s by name and shows the usage', (argument) => {
  expect(() => parseArguments([argument])).toThrow(ArgumentError)
  expect(() => parseArguments([argument])).toThrow(/npm start/)
})
