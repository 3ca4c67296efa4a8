/** How a state looks, the same on every page: tone (fill), glyph and rank (web visual specification: never colour alone). */
import type { AppState } from '../../broker/contract/states.ts'

export type Tone = 'down' | 'warn' | 'unknown' | 'maintenance' | 'plain'
export type GlyphName = 'down' | 'warn' | 'unknown' | 'maintenance' | 'ok' | 'late' | 'new'

export interface StateLook {
  tone: Tone
  glyph: GlyphName
  /** 0 asks for attention first. */
  rank: number
  /** Needs somebody to act: goes into the list of disturbances. */
  disturbed: boolean
}

/** `late` is still up until its deadline and `new` is outside the accounts: both stay grey. */
export const stateLook: Readonly<Record<AppState, StateLook>> = {
  down: { tone: 'down', glyph: 'down', rank: 0, disturbed: true },
  degraded: { tone: 'warn', glyph: 'warn', rank: 1, disturbed: true },
  unknown: { tone: 'unknown', glyph: 'unknown', rank: 2, disturbed: true },
  maintenance: { tone: 'maintenance', glyph: 'maintenance', rank: 3, disturbed: false },
  late: { tone: 'plain', glyph: 'late', rank: 4, disturbed: false },
  new: { tone: 'plain', glyph: 'new', rank: 5, disturbed: false },
  up: { tone: 'plain', glyph: 'ok', rank: 6, disturbed: false },
}
