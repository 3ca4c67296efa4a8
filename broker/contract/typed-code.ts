/** Random codes that people read and type: what they are made of, how they are shown, and what was meant by what was typed. */

/** Crockford's base 32, 5 bits a letter: none that is read as another. */
export const CODE_ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** Of a recovery code: 120 bits, in four groups. */
export const RECOVERY_LETTERS = 24

/** @param below a random integer from 0 to `limit` - 1, from a generator fit for secrets */
export function randomLetters(letters: number, below: (limit: number) => number): string {
  return Array.from({ length: letters }, () => CODE_ALPHABET.charAt(below(CODE_ALPHABET.length))).join('')
}

/** Small letters, spaces, hyphens and look-alikes are taken for what was meant. */
export function readTypedCode(text: string): string {
  return text.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1')
}

/** With a hyphen after each `size` letters. */
export function inGroups(letters: string, size: number): string {
  return letters.replaceAll(new RegExp(`.{${size}}(?=.)`, 'g'), '$&-')
}
