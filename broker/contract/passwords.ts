/** Which passwords are refused: too short, or made of what everybody tries first. No rule about kinds of letters. Pure. */
import { PASSWORD_LENGTH_MIN } from './people.ts'

/** Words of lists of common passwords, here and abroad, and of this place and work. */
const COMMON_WORDS = [
  ...['kalimantanbarat', 'commandcenter', 'administrator', 'ruangkomando', 'diskominfo', 'kalimantan', 'indonesia'],
  ...['bismillah', 'pontianak', 'passwort', 'password', 'passw0rd', 'katasandi', 'singkawang', 'provinsi', 'iloveyou'],
  ...[
    'football',
    'baseball',
    'princess',
    'sunshine',
    'superman',
    'starwars',
    'welcome',
    'letmein',
    'rahasia',
    'merdeka',
  ],
  ...[
    'sayangku',
    'sayang',
    'garuda',
    'pemprov',
    'komando',
    'selamat',
    'jakarta',
    'monkey',
    'dragon',
    'master',
    'shadow',
  ],
  ...[
    'secret',
    'changeme',
    'default',
    'kalbar',
    'siaga',
    'admin',
    'server',
    'login',
    'root',
    'user',
    'test',
    'cinta',
    'kamu',
  ],
  ...[
    'qwertyuiop',
    'asdfghjkl',
    'zxcvbnm',
    'qwerty',
    'asdfgh',
    'zxcvbn',
    'qazwsx',
    'edcrfv',
    '1qaz',
    '2wsx',
    '3edc',
    'asdf',
  ],
  ...['abcdefghijklmnopqrstuvwxyz', 'abcdefghijkl', 'abcdef', 'abc'],
]
/** What has to be left when common words, digits and repetitions are taken away: some 28 bits at least. */
const OWN_LETTERS_MIN = 6

export type PasswordFault = 'short' | 'common'

/** @param own name and address of the person, whose words count as common too; @returns undefined for a good one */
export function passwordFault(password: string, own: readonly string[] = []): PasswordFault | undefined {
  if (password.length < PASSWORD_LENGTH_MIN) return 'short'
  // The longest first: what is left of a word by a shorter one in it would look like letters of its own.
  const words = [...own.flatMap(wordsOf), ...COMMON_WORDS].sort((a, b) => b.length - a.length)
  let left = lettersOf(password)
  for (const word of words) left = left.replaceAll(word, '')
  return new Set(left.replaceAll(/\d/g, '')).size < OWN_LETTERS_MIN ? 'common' : undefined
}

function wordsOf(text: string): string[] {
  return text
    .split(/[^\p{L}\p{N}]+/u)
    .map(lettersOf)
    .filter((word) => word.length >= 3)
}

function lettersOf(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, '')
}
