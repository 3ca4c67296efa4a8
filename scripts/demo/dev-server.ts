/** Vite's development server in front of the server: hot reload of web/, everything else passed on. */
import { fileURLToPath } from 'node:url'
import { createServer } from 'vite'

const HOST = '127.0.0.1'
const PORT = 5173

export interface DevServer {
  readonly url: string
  close(): Promise<void>
}

/** @param serverUrl where the server answers */
export async function startDevServer(serverUrl: string): Promise<DevServer> {
  const vite = await createServer({
    configFile: fileURLToPath(new URL('../../vite.config.ts', import.meta.url)),
    server: {
      host: HOST,
      port: PORT,
      proxy: {
        '^/(api|hb)/': { target: serverUrl },
        '/socket.io': { target: serverUrl, ws: true },
      },
    },
  })
  await vite.listen()
  const url = vite.resolvedUrls?.local[0] ?? `http://${HOST}:${PORT}`
  return { url: url.replace(/\/$/, ''), close: () => vite.close() }
}
