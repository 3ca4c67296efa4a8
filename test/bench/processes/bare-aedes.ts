/** The MQTT library alone, as its manual starts it: no gate, no login, nothing stored. */

import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { Aedes } from 'aedes'
import { serve } from '../child.ts'

/** Answers its port. */
serve<object, number>(async () => {
  const aedes = await Aedes.createBroker()
  const server = createServer((socket) => void aedes.handle(socket))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // Listening on a port, so never the name of a pipe.
  return (server.address() as AddressInfo).port
})
