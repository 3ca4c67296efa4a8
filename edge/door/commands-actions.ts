/** Carries out what a checked command asks of this door: strike, lockdown, sensor. */
import type { CommandBody } from '#contract/command.ts'
import { SensorError } from '../fingerprint/sensor.ts'
import type { DoorAgent } from './agent.ts'
import type { Outcome, Progress } from './commands.ts'
import type { DoorClock } from './door-clock.ts'
import type { Enrolment } from './enrolment.ts'
import type { Reader } from './reader.ts'
import type { Templates } from './templates.ts'

export interface CommandActionOptions {
  readonly agent: Pick<DoorAgent, 'unlock' | 'lock' | 'setLockdown' | 'setAlarm' | 'status'>
  readonly reader: Pick<Reader, 'use'>
  readonly templates: Pick<Templates, 'remove' | 'adopt'>
  readonly enrolment: Enrolment
  readonly doorClock: Pick<DoorClock, 'heard' | 'confirm'>
}

const done: Outcome = { result: 'done' }

/** For `CommandOptions.act`. A command that the door cannot carry out now is refused with the reason. */
export function createCommandActions({ agent, reader, templates, enrolment, doorClock }: CommandActionOptions) {
  const unlock = ({ pulseMs, override }: Extract<CommandBody, { kind: 'unlock' }>): Outcome => {
    if (agent.status().lockdown && !override) return refused('lockdown')
    return agent.unlock(pulseMs) ? done : refused('guard-lost')
  }
  const lockdown = (active: boolean): Outcome => {
    if (!agent.setLockdown(active)) return refused('not-remembered')
    // Whoever was just let in has entered, or has not.
    if (active) agent.lock()
    return done
  }
  const confirmClock = (atMs: number | undefined): Outcome => {
    if (atMs === undefined) return refused('no-time')
    return doorClock.confirm(atMs) ? done : refused('clock-back')
  }
  const proven = (isProven: boolean): Outcome => (isProven ? done : refused('not-proven'))
  const withSensor = createSensorTurn()
  let enrolling: AbortController | undefined
  const enrol = async (who: Extract<CommandBody, { kind: 'enrol' }>, progress: Progress): Promise<Outcome> => {
    enrolling = new AbortController()
    const { signal } = enrolling
    try {
      return await reader.use((at) => enrolment.run(at, who, { progress, signal }))
    } finally {
      enrolling = undefined
    }
  }
  const cancel = (): Outcome => {
    enrolling?.abort()
    return enrolling ? done : refused('nothing-under-way')
  }

  return async (command: CommandBody, progress: Progress): Promise<Outcome> => {
    if (command.at !== undefined) doorClock.heard(command.at)
    switch (command.kind) {
      case 'unlock':
        return unlock(command)
      case 'lockdown':
        return lockdown(true)
      case 'release-lockdown':
        return lockdown(false)
      case 'enrol':
        return withSensor(() => enrol(command, progress))
      case 'delete':
        return withSensor(async () => proven(await reader.use((at) => templates.remove(at, command.person))))
      case 'pair-sensor':
        return withSensor(async () => proven(await reader.use((at) => templates.adopt(at))))
      case 'classify':
        return done // its record is all there is to it: the server looks for the opening
      case 'confirm-set-back':
        agent.setAlarm('set-back', false)
        return done
      case 'confirm-clock':
        return confirmClock(command.at)
      case 'cancel':
        return cancel()
    }
  }
}

/** One command at a time, and none waits: a second enrolment would take the next finger, whoever's it is. */
function createSensorTurn() {
  let taken = false
  return async (task: () => Promise<Outcome>): Promise<Outcome> => {
    if (taken) return refused('busy')
    taken = true
    try {
      return await task()
    } catch (error) {
      if (error instanceof SensorError) return refused('sensor-lost')
      throw error
    } finally {
      taken = false
    }
  }
}

function refused(reason: string): Outcome {
  return { result: 'refused', reason }
}
