/** A certificate of one's own for `localhost`, as files. */
import { join } from 'node:path'
import { runProgram } from './process.ts'
import { temporaryDirectory } from './temporary.ts'

/** @throws Error with the words of `openssl` */
export async function selfSigned(): Promise<{ readonly certFile: string; readonly keyFile: string }> {
  const directory = temporaryDirectory()
  const [keyFile, certFile] = [join(directory, 'key.pem'), join(directory, 'cert.pem')]
  const { code, output } = await runProgram('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'],
    ...['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-keyout', keyFile, '-out', certFile],
  ])
  if (code !== 0) throw new Error(`openssl exited ${code}: ${output}`)
  return { certFile, keyFile }
}
