/**
 * Commands from the server (design §3.3): hands out a nonce, checks what comes with it, journals it, acts, replies.
 * Whatever is not exactly the one command that was asked for does nothing but raise a record.
 */

import type { KeyObject } from 'node:crypto'
import { randomBytes } from 'node:crypto'
import type { PayloadInput } from '#contract/channels.ts'
import { decode } from '#contract/codec.ts'
import type { CommandBody, Reply } from '#contract/command.ts'
import type { Log } from '#runtime/log.ts'
import type { RecordBody } from '../outbox/outbox.ts'
import { checkCommand, type Outstanding, type RejectionReason } from './commands-check.ts'
import { createFloodGate, createRateLimit } from './commands-limits.ts'

export type Outcome = Omit<Reply, 'id' | 'boot' | 'result'> & { readonly result: 'done' | 'refused' }
export type Progress = (reply: Omit<Reply, 'id' | 'boot' | 'result'>) => void

export interface CommandOptions {
  readonly door: string
  readonly boot: string
  readonly commandKey: KeyObject
  /** CLOCK_BOOTTIME. */
  readonly bootMs: () => number
  /** Puts a record on disk; false when it is not. */
  readonly record: (body: RecordBody) => boolean
  readonly publish: <K extends 'challenge' | 'reply'>(channel: K, payload: PayloadInput<K>) => void
  /** Carries a command out that is checked and on disk. Must not throw for a refusal. */
  readonly act: (command: CommandBody, progress: Progress) => Outcome | Promise<Outcome>
  readonly log: Log
  readonly makeNonce?: () => string
}

export interface Commands {
  /** A message on the door's command topic. `retained` as the broker delivered it. */
  hear(bytes: Uint8Array, retained: boolean): void
}

/** Twice what the server allows an operator: a challenge that got lost may be asked for again. */
const CHALLENGES_PER_MINUTE = 12
const REJECTIONS_TOLD_PER_MINUTE = 10
const NONCE_BYTES = 32

export function createCommands(options: CommandOptions): Commands {
  const { door, boot, commandKey, bootMs, publish, log, makeNonce = randomNonce } = options
  const challenges = createRateLimit(CHALLENGES_PER_MINUTE)
  const told = createFloodGate(REJECTIONS_TOLD_PER_MINUTE)
  let outstanding: Outstanding | undefined

  const reject = (reason: RejectionReason | 'retained' | 'undecodable', id?: string) => {
    log.warn({ reason, id }, 'command rejected')
    const gate = told.take(bootMs())
    if (gate) options.record({ kind: 'command.rejected', reason, ...gate })
    if (id !== undefined) publish('reply', { id, result: reason === 'late' ? 'expired' : 'refused', reason, boot })
  }
  const challenge = (id: string) => {
    if (!challenges.allow(bootMs())) {
      log.warn({ id }, 'challenge not given: too many within a minute')
      return
    }
    // A new one takes the place of the last: one nonce is out, and only the newest asker can use it.
    outstanding = { id, nonce: makeNonce(), issuedMs: bootMs() }
    publish('challenge', { id, nonce: outstanding.nonce })
  }
  const carryOut = async (command: CommandBody) => {
    const { id, kind, actor, reason } = command
    const details = detailsOf(command)
    // On disk before anything moves: no unlock without a decision on record.
    if (!options.record({ kind: 'command', id, command: kind, actor, reason, ...details })) {
      publish('reply', { id, result: 'refused', reason: 'not-recorded', boot })
      return
    }
    try {
      const outcome = await options.act(command, (step) => publish('reply', { id, result: 'progress', ...step, boot }))
      log.info({ id, kind, actor, result: outcome.result, reason: outcome.reason }, 'command carried out')
      publish('reply', { id, ...outcome, boot })
    } catch (error) {
      log.error({ err: error, id, kind }, 'command failed')
      publish('reply', { id, result: 'refused', reason: 'failed', boot })
    }
  }

  return {
    hear(bytes, retained) {
      const decoded = decode('command', bytes)
      if (retained) return reject('retained')
      if (!decoded.ok) return reject('undecodable')
      const message = decoded.value
      if ('kind' in message) return challenge(message.id)
      const checked = checkCommand(message, { door, commandKey, outstanding, bootMs: bootMs() })
      if (!checked.ok) return reject(checked.reason, checked.id)
      outstanding = undefined // used up before anything else happens
      void carryOut(checked.command)
    },
  }
}

function randomNonce(): string {
  return randomBytes(NONCE_BYTES).toString('base64url')
}

function detailsOf(command: CommandBody): Readonly<Record<string, unknown>> {
  switch (command.kind) {
    case 'unlock':
      return { override: command.override }
    case 'enrol':
    case 'delete':
      return command.person === undefined ? {} : { person: command.person }
    case 'classify':
      return { of: { journal: command.journal, seq: command.seq }, as: command.as }
    default:
      return {}
  }
}
