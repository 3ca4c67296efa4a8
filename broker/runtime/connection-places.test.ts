import fc from 'fast-check'
import { expect, it } from 'vitest'
import { ConnectionPlaces, type Place } from './connection-places.ts'

interface Guest extends Place {
  ended: boolean
}

function guest(address: string): Guest {
  return {
    address,
    ended: false,
    end() {
      this.ended = true
    },
  }
}

/** Takes a place for each. @returns who got one, and who is still there */
function crowd(places: ConnectionPlaces, ...addresses: readonly string[]) {
  const guests = addresses.map(guest)
  const taken = guests.map((one) => places.take(one))
  return { guests, taken, present: () => guests.map(({ ended }, index) => taken[index] && !ended) }
}

it('ends the one that has waited longest for a newcomer, never one that is kept', () => {
  const places = new ConnectionPlaces({ max: 3, perAddressMax: 2 })
  const { guests, present } = crowd(places, '10.0.0.1', '10.0.0.2', '10.0.0.3')
  if (guests[0]) places.keep(guests[0])
  expect(places.take(guest('10.0.0.4'))).toBe(true)
  expect(present()).toEqual([true, false, true])
  expect(places.size).toBe(3)
})

it('of an address at its bound, the oldest that waits gives way to the next one of the same', () => {
  const places = new ConnectionPlaces({ max: 9, perAddressMax: 2 })
  const { guests, present } = crowd(places, '10.0.0.2', '10.0.0.1', '10.0.0.1', '10.0.0.1')
  expect(present()).toEqual([true, false, true, true])
  for (const one of guests) places.keep(one)
  expect(places.take(guest('10.0.0.1'))).toBe(false)
  if (guests[2]) places.release(guests[2])
  expect(places.take(guest('10.0.0.1'))).toBe(true)
})

it('whoever floods pushes out their own, and one that waits elsewhere stays', () => {
  const places = new ConnectionPlaces({ max: 4, perAddressMax: 4 })
  const { present } = crowd(places, '10.0.0.1', ...new Array<string>(20).fill('10.0.0.2'))
  expect(present().slice(0, 2)).toEqual([true, false])
  expect(places.take(guest('10.0.0.3'))).toBe(true)
  expect(present().map(Number).join('')).toBe(`1${'0'.repeat(18)}11`)
})

it('refuses a newcomer when nobody waits', () => {
  const places = new ConnectionPlaces({ max: 2, perAddressMax: 2 })
  for (const one of crowd(places, '10.0.0.1', '10.0.0.2').guests) places.keep(one)
  expect(places.take(guest('10.0.0.3'))).toBe(false)
})

it('one that did something is the last to give way', () => {
  const places = new ConnectionPlaces({ max: 2, perAddressMax: 2 })
  const { guests, present } = crowd(places, '10.0.0.1', '10.0.0.2')
  if (guests[0]) places.refresh(guests[0])
  places.take(guest('10.0.0.3'))
  expect(present()).toEqual([true, false])
})

it('bounds neither loopback by address nor whoever is named, and a /64 of IPv6 as one', () => {
  const places = new ConnectionPlaces({ max: 9, perAddressMax: 1, isExempt: (address) => address === '10.0.0.9' })
  const many = ['127.0.0.1', '127.0.0.1', '::1', '::1', '::ffff:127.0.0.1', '::ffff:127.0.0.1', '10.0.0.9', '10.0.0.9']
  expect(crowd(places, ...many).present()).toEqual(many.map(() => true))
  const pairs: readonly (readonly [string, string, boolean])[] = [
    ['2001:db8::1', '2001:db8:0:0:ffff::2', false],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::', false],
    ['fe80::1', 'fe80::2', false],
    ['2001:db8:0:1::1', '2001:db8::1', true],
    ['::ffff:10.0.0.1', '::ffff:10.0.0.2', true],
  ]
  for (const [one, other, both] of pairs) {
    const bounded = new ConnectionPlaces({ max: 9, perAddressMax: 1 })
    expect(crowd(bounded, one, other).present(), `${one} ${other}`).toEqual([both, true])
  }
})

/** The same by hand, in lists: whom a newcomer may push out, and who is there. */
class Model {
  kept: Guest[] = []
  /** The first has waited longest. */
  waiting: Guest[] = []
  private readonly max: number
  private readonly perAddressMax: number

  constructor(max: number, perAddressMax: number) {
    this.max = max
    this.perAddressMax = perAddressMax
  }

  get present(): Guest[] {
    return [...this.kept, ...this.waiting]
  }

  /** Undefined when there is room. */
  candidates(address: string): Guest[] | undefined {
    const oldestOf = (name: string) => this.waiting.filter((one) => one.address === name).slice(0, 1)
    const held = this.present.filter((one) => one.address === address).length
    if (address !== '127.0.0.1' && held >= this.perAddressMax) return oldestOf(address)
    if (this.present.length < this.max) return undefined
    const waits = (name: string) => this.waiting.filter((one) => one.address === name).length
    const most = Math.max(...this.waiting.map((one) => waits(one.address)))
    const names = new Set(this.waiting.map((one) => one.address).filter((name) => waits(name) === most))
    return [...names].flatMap(oldestOf)
  }

  remove(one: Guest): void {
    this.kept = this.kept.filter((other) => other !== one)
    this.waiting = this.waiting.filter((other) => other !== one)
  }
}

type Act = (places: ConnectionPlaces, model: Model) => void

const onePresent = (what: (one: Guest, places: ConnectionPlaces, model: Model) => void) => (which: number) => {
  const act: Act = (places, model) => {
    const one = model.present[which % Math.max(1, model.present.length)]
    if (one) what(one, places, model)
  }
  return act
}

const takes = fc.constantFrom('10.0.0.1', '10.0.0.2', '10.0.0.3', '127.0.0.1').map((address): Act => {
  return (places, model) => {
    const newcomer = guest(address)
    const candidates = model.candidates(address)
    const taken = places.take(newcomer)
    const ended = model.present.filter((one) => one.ended)
    expect(taken).toBe(candidates === undefined || candidates.length > 0)
    expect(ended.length).toBe(candidates && taken ? 1 : 0)
    for (const one of ended) {
      expect(candidates).toContain(one)
      model.remove(one)
    }
    if (taken) model.waiting.push(newcomer)
  }
})
const keeps = fc.nat().map(
  onePresent((one, places, model) => {
    places.keep(one)
    model.remove(one)
    model.kept.push(one)
  }),
)
const refreshes = fc.nat().map(
  onePresent((one, places, model) => {
    places.refresh(one)
    if (!model.waiting.includes(one)) return
    model.remove(one)
    model.waiting.push(one)
  }),
)
const releases = fc.nat().map(
  onePresent((one, places, model) => {
    places.release(one)
    places.release(one)
    model.remove(one)
  }),
)

it('never exceeds a bound, never ends one that is kept, and ends the oldest of the largest crowd', () => {
  const acts = fc.array(fc.oneof(takes, takes, takes, keeps, refreshes, releases), { maxLength: 60 })
  const bounds = fc.record({ max: fc.integer({ min: 1, max: 8 }), perAddressMax: fc.integer({ min: 1, max: 4 }) })
  fc.assert(
    fc.property(acts, bounds, (acts, { max, perAddressMax }) => {
      const places = new ConnectionPlaces({ max, perAddressMax })
      const model = new Model(max, perAddressMax)
      for (const act of acts) {
        act(places, model)
        expect(places.size).toBe(model.present.length)
        expect(places.size).toBeLessThanOrEqual(max)
      }
    }),
  )
})
