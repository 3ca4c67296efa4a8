/**
 * Places for connections, taken the moment a socket connects: bounds over all and by address. A newcomer takes the
 * place of one that waits, so that nobody who shows no credential can keep out those who have one.
 */
import { networkOf } from './network.ts'

/** One connection's, from its first packet on the wire to its end. */
export interface Place {
  readonly address: string
  /** Ends the connection: a newcomer takes its place. */
  end(): void
}

export interface PlaceLimits {
  readonly max: number
  /** Of one address, of one /64 in IPv6; loopback is exempt: servers and proxies of the same host come from there. */
  readonly perAddressMax: number
  /** Other addresses that stand for many. */
  readonly isExempt?: (address: string) => boolean
}

/** The places of one address. */
interface Crowd {
  held: number
  /** The first has waited longest. */
  readonly waiting: Set<Place>
}

const LOOPBACK = /^(127\.|::1$|::ffff:127\.)/

export class ConnectionPlaces {
  private readonly limits: PlaceLimits
  private readonly crowds = new Map<string, Crowd>()
  private readonly holders = new Map<Place, Crowd>()
  /** Crowds by how many of theirs wait, so that the largest is found without looking at all of them. */
  private readonly bySize: Set<Crowd>[] = []
  private largest = 0

  constructor(limits: PlaceLimits) {
    this.limits = limits
  }

  get size(): number {
    return this.holders.size
  }

  /**
   * A newcomer, which waits until it is kept. At the bound of its address it takes the place of the one of that
   * address that has waited longest; at the bound over all, of the address of which most wait: whoever floods pushes
   * out their own.
   * @returns false when nobody waits who could give way
   */
  take(place: Place): boolean {
    const { max, perAddressMax, isExempt } = this.limits
    const network = networkOf(place.address)
    const exempt = LOOPBACK.test(place.address) || isExempt?.(place.address) === true
    const own = this.crowds.get(network)
    if (own && !exempt && own.held >= perAddressMax && !this.endOldest(own)) return false
    if (this.holders.size >= max && !this.endOldest(first(this.bySize[this.largest]))) return false
    const crowd = this.crowds.get(network) ?? { held: 0, waiting: new Set() }
    this.crowds.set(network, crowd)
    crowd.held += 1
    this.holders.set(place, crowd)
    this.wait(crowd, place)
    return true
  }

  /** It has shown who it is: it gives way to nobody from now on. */
  keep(place: Place): void {
    const crowd = this.holders.get(place)
    if (crowd) this.proceed(crowd, place)
  }

  /** It did something worth waiting for: if it waits, it is the last to give way again. */
  refresh(place: Place): void {
    const crowd = this.holders.get(place)
    if (!crowd?.waiting.has(place)) return
    this.proceed(crowd, place)
    this.wait(crowd, place)
  }

  /** Its connection is gone, for whatever reason; a second time nothing happens. */
  release(place: Place): void {
    const crowd = this.holders.get(place)
    if (!crowd) return
    this.proceed(crowd, place)
    this.holders.delete(place)
    crowd.held -= 1
    if (crowd.held === 0) this.crowds.delete(networkOf(place.address))
  }

  private endOldest(crowd: Crowd | undefined): boolean {
    const oldest = first(crowd?.waiting)
    if (!oldest) return false
    this.release(oldest)
    oldest.end()
    return true
  }

  private wait(crowd: Crowd, place: Place): void {
    this.bySize[crowd.waiting.size]?.delete(crowd)
    crowd.waiting.add(place)
    this.file(crowd)
    this.largest = Math.max(this.largest, crowd.waiting.size)
  }

  private proceed(crowd: Crowd, place: Place): void {
    if (!crowd.waiting.has(place)) return
    this.bySize[crowd.waiting.size]?.delete(crowd)
    crowd.waiting.delete(place)
    if (crowd.waiting.size > 0) this.file(crowd)
    while (this.largest > 0 && !this.bySize[this.largest]?.size) this.largest -= 1
  }

  private file(crowd: Crowd): void {
    const equals = this.bySize[crowd.waiting.size] ?? new Set()
    this.bySize[crowd.waiting.size] = equals
    equals.add(crowd)
  }
}

function first<T>(set: ReadonlySet<T> | undefined): T | undefined {
  return set?.values().next().value
}
