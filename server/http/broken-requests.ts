/** What fails before there is a route, in the router or in Node's parser, is answered as everything else is: a problem document. */
import { type IncomingHttpHeaders, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { problemDocument, sendProblem } from './problem.ts'

type Headers = Readonly<Record<string, string>>

const statusOf: Readonly<Record<string, number>> = { ERR_HTTP_REQUEST_TIMEOUT: 408, HPE_HEADER_OVERFLOW: 431 }
const BAD_REQUEST = 400

/** @param headers that go with every answer */
export function answerBrokenRequests(headers: Headers) {
  return {
    frameworkErrors(error: FastifyError, _: FastifyRequest, reply: FastifyReply): void {
      const status = error.statusCode ?? BAD_REQUEST
      sendProblem(reply.headers(headers), status, titleOf(status), 'The address of this request cannot be read.')
    },
    clientErrorHandler(error: Error & { readonly code?: string }, socket: Socket): void {
      // Whoever has gone hears nothing.
      if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
      const status = statusOf[error.code ?? ''] ?? BAD_REQUEST
      const body = JSON.stringify(
        problemDocument(status, titleOf(status), 'This is no request of HTTP/1.1 that is taken.'),
      )
      const lines: IncomingHttpHeaders = {
        ...headers,
        'content-type': 'application/problem+json',
        'content-length': String(Buffer.byteLength(body)),
        connection: 'close',
      }
      const head = Object.entries(lines).map(([name, value]) => `${name}: ${value}`)
      socket.write(`${[`HTTP/1.1 ${status} ${titleOf(status)}`, ...head].join('\r\n')}\r\n\r\n${body}`)
      // Not once it is written: a TLS handshake that does not end takes nothing.
      socket.destroy(error)
    },
  }
}

function titleOf(status: number): string {
  return STATUS_CODES[status] ?? 'Bad request'
}
