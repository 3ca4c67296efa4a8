/**
 * Host and Origin checks: any web page can make a browser talk to a loopback port, and DNS rebinding can give that
 * page our address. Only hosts we are known by are answered, and only our own pages may write. Pure.
 */
export interface OriginRules {
  /** Host header: name and port we are known by. */
  isOurHost(host: string | undefined): boolean
  /** Origin header of a write or a socket; absent for programs that are not browsers. */
  isOurOrigin(origin: string | undefined): boolean
}

const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]']

/** @param publicUrl the address people use, when a proxy stands in front; `scheme` is what this port itself speaks */
export function createOriginRules(port: number, publicUrl?: string, scheme: 'http' | 'https' = 'http'): OriginRules {
  const hosts = new Set(LOOPBACK_NAMES.map((name) => `${name}:${port}`))
  const origins = new Set([...hosts].map((host) => `${scheme}://${host}`))
  if (publicUrl) {
    const url = new URL(publicUrl)
    hosts.add(url.host)
    origins.add(url.origin)
  }
  return {
    isOurHost: (host) => host !== undefined && hosts.has(host.toLowerCase()),
    isOurOrigin: (origin) => origin === undefined || origins.has(origin.toLowerCase()),
  }
}
