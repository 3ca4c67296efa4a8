/** Thousands of devices in one program: they arrive at once, tell their status, and are lost at once. */
import { setTimeout as delay } from 'node:timers/promises'
import { systemClock } from '#runtime/clock.ts'
import { serve } from '../child.ts'
import { type Arrival, Device, type DeviceLogin } from '../device.ts'

export type FleetQuestion =
  | { readonly kind: 'connect'; readonly port: number; readonly devices: readonly DeviceLogin[] }
  /** All connections are lost, and all devices come back at once. */
  | { readonly kind: 'reconnect' }
  /** Each tells its status in turn. */
  | { readonly kind: 'tell'; readonly ratePerS: number; readonly durationMs: number }
  | { readonly kind: 'leave' }

export interface FleetAnswer {
  readonly arrivals: readonly Arrival[]
  /** ms until PUBACK. */
  readonly acknowledgedMs: readonly number[]
  /** Connections that the broker ended or refused since the last answer. */
  readonly dropped: number
}

let devices: Device[] = []
let droppedBefore = 0

serve<FleetQuestion, FleetAnswer>(async (question) => {
  let arrivals: Arrival[] = []
  let acknowledgedMs: number[] = []
  if (question.kind === 'connect') {
    devices = question.devices.map((login) => new Device(question.port, login))
    arrivals = await arrive()
  } else if (question.kind === 'reconnect') {
    for (const device of devices) device.lose()
    arrivals = await arrive()
  } else if (question.kind === 'tell') {
    acknowledgedMs = await tellEvenly(question.ratePerS, question.durationMs)
  } else {
    for (const device of devices) device.leave()
  }
  const dropped = devices.reduce((sum, device) => sum + device.dropped, 0)
  const answer = { arrivals, acknowledgedMs, dropped: dropped - droppedBefore }
  droppedBefore = dropped
  return answer
})

function arrive(): Promise<Arrival[]> {
  const startedMs = systemClock.monoMs()
  return Promise.all(devices.map((device) => device.arrive(startedMs)))
}

async function tellEvenly(ratePerS: number, durationMs: number): Promise<number[]> {
  const total = Math.round((ratePerS * durationMs) / 1000)
  const startMs = systemClock.monoMs()
  const told: Promise<number | undefined>[] = []
  while (told.length < total) {
    const due = Math.min(total, Math.floor(((systemClock.monoMs() - startMs) * ratePerS) / 1000) + 1)
    while (told.length < due) told.push(devices[told.length % devices.length]?.tell() ?? Promise.resolve(undefined))
    await delay(1)
  }
  return (await Promise.all(told)).filter((ms) => ms !== undefined)
}
