/** What the demonstration writes to the person who started it. */
import { styleText } from 'node:util'

export interface Terminal {
  readonly colour: boolean
  /** One dated line. */
  say(line: string): void
  /** A block as it is. */
  print(text: string): void
}

const wibTime = new Intl.DateTimeFormat('id-ID', { timeStyle: 'medium', timeZone: 'Asia/Pontianak' })

export function openTerminal(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv): Terminal {
  // The reader may be gone (`npm start | head`): the demonstration goes on, its logs lie in files.
  stream.on('error', () => {})
  const colour = stream.isTTY === true && !env['NO_COLOR']
  const dim = (text: string) => (colour ? styleText('dim', text, { validateStream: false }) : text)
  return {
    colour,
    say: (line) => void stream.write(`${dim(wibTime.format(new Date()))} ${line}\n`),
    print: (text) => void stream.write(text),
  }
}
