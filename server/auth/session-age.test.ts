import { describe, expect, it } from 'vitest'
import {
  AGE_MAX_MS,
  IDLE_MAX_MS,
  PROVEN_ELSEWHERE_MS,
  STEP_UP_MAX_MS,
  secondFactorDue,
  sessionHolds,
  stepUpHolds,
  WALL_AGE_MAX_MS,
} from './session-age.ts'

describe('the age of a session', () => {
  it('ends a person idle for half an hour', () => {
    expect(sessionHolds('operator', { beganMs: 0, seenMs: 0 }, IDLE_MAX_MS - 1)).toBe(true)
    expect(sessionHolds('operator', { beganMs: 0, seenMs: 0 }, IDLE_MAX_MS)).toBe(false)
  })

  it('ends after twelve hours whatever is done with it', () => {
    expect(sessionHolds('administrator', { beganMs: 0, seenMs: AGE_MAX_MS - 1 }, AGE_MAX_MS - 1)).toBe(true)
    expect(sessionHolds('administrator', { beganMs: 0, seenMs: AGE_MAX_MS }, AGE_MAX_MS)).toBe(false)
  })

  it('leaves a wall alone for ninety days', () => {
    expect(sessionHolds('wall', { beganMs: 0, seenMs: 0 }, WALL_AGE_MAX_MS - 1)).toBe(true)
    expect(sessionHolds('wall', { beganMs: 0, seenMs: WALL_AGE_MAX_MS }, WALL_AGE_MAX_MS)).toBe(false)
  })

  it('does not go on for as long as a clock was set back', () => {
    const nowMs = 1_000_000_000_000
    const holds = (role: 'operator' | 'wall', backMs: number) =>
      sessionHolds(role, { beganMs: nowMs + backMs, seenMs: nowMs + backMs }, nowMs)
    expect([holds('operator', IDLE_MAX_MS - 1), holds('operator', IDLE_MAX_MS)]).toEqual([true, false])
    expect([holds('wall', WALL_AGE_MAX_MS - 1), holds('wall', WALL_AGE_MAX_MS)]).toEqual([true, false])
    expect(stepUpHolds(nowMs + STEP_UP_MAX_MS - 1, nowMs)).toBe(true)
    expect(stepUpHolds(nowMs + STEP_UP_MAX_MS, nowMs)).toBe(false)
  })

  it('has a step-up hold five minutes, and none hold never', () => {
    expect(stepUpHolds(null, 0)).toBe(false)
    expect(stepUpHolds(1, STEP_UP_MAX_MS)).toBe(true)
    expect(stepUpHolds(1, STEP_UP_MAX_MS + 1)).toBe(false)
    // Whatever a clock says that was never set.
    expect(stepUpHolds(PROVEN_ELSEWHERE_MS, 1)).toBe(false)
  })

  it('has one factor due where everybody needs two, until one was proven here or elsewhere', () => {
    expect([null, PROVEN_ELSEWHERE_MS, 1].map((provenMs) => secondFactorDue('everyone', provenMs))).toEqual([
      true,
      false,
      false,
    ])
    expect(secondFactorDue('acts', null)).toBe(false)
  })
})
