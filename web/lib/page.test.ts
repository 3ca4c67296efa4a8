import { expect, test } from 'vitest'
import { themeOf } from './page.svelte.ts'

test('a wall is dark, whatever the system prefers', () => expect(themeOf('wall', '', true)).toBe('dark'))
test('a desk follows its reader', () => expect(themeOf('desk', '', true)).toBe('light'))
test('the address decides over both', () => {
  expect(themeOf('wall', '?theme=light', false)).toBe('light')
  expect(themeOf('desk', '?theme=dark', true)).toBe('dark')
})
test('an unknown theme is ignored', () => expect(themeOf('wall', '?theme=neon', true)).toBe('dark'))
