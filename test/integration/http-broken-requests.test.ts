/** What no route sees is answered like everything else: a problem document with strict headers. */
import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, it } from 'vitest'
import { startLoginStack } from '../harness/login.ts'

const port = (httpUrl: string) => Number(new URL(httpUrl).port)

/** @returns the whole answer to these bytes */
async function answerTo(httpUrl: string, bytes: string): Promise<string> {
  const socket = connect(port(httpUrl), '127.0.0.1')
  await once(socket, 'connect')
  socket.write(bytes)
  return text(socket)
}

it('of the router, of the parser, and of heads that do not end', async () => {
  const { siaga } = await startLoginStack()
  const ours = `Host: 127.0.0.1:${port(siaga.httpUrl)}\r\n`
  const broken: Readonly<Record<number, string>> = {
    400: `GET /hb/%zz HTTP/1.1\r\n${ours}Connection: close\r\n\r\n`,
    414: `GET /hb/${'x'.repeat(2_000)} HTTP/1.1\r\n${ours}Connection: close\r\n\r\n`,
    431: `GET / HTTP/1.1\r\n${ours}X: ${'x'.repeat(20_000)}\r\n\r\n`,
  }
  const answers = await Promise.all(
    [...Object.entries(broken), ['400', 'no HTTP\r\n\r\n']].map(async ([status, bytes]) => ({
      status,
      answer: await answerTo(siaga.httpUrl, bytes ?? ''),
    })),
  )
  for (const { status, answer } of answers) {
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
    expect(answer.toLowerCase()).toContain('content-type: application/problem+json')
    expect(answer).toContain("frame-ancestors 'none'")
    expect(answer).toMatch(/x-content-type-options: nosniff/i)
    expect(answer).toMatch(/cache-control: no-store/i)
    expect(answer).not.toMatch(/FST_ERR|HPE_|%zz|xxxx/)
    expect(answer.slice(answer.indexOf('{'))).toContain(`"status":${status}`)
  }
})
