/**
 * Heartbeats in, transitions out: a fold over the rows of the journal, so that reading them again declares the same
 * again (design §4, promises 3 to 5). Nothing here reads a clock; a deadline is declared only when a row proves that
 * the ingest path was alive past it.
 */
import type { Heartbeat } from '#contract/heartbeat.ts'
import { freeze, MonitorCheckpoint, thaw } from './checkpoint.ts'
import { DeadlineHeap } from './deadline-heap.ts'
import {
  adopt,
  type Change,
  deadlineOf,
  endMaintenance,
  excuse,
  expire,
  hear,
  type Judgement,
  loseSight,
  newJudgement,
  openMaintenance,
  takeReport,
} from './judgement.ts'
import { MaintenancePlan } from './maintenance-plan.ts'
import { gapBetween } from './own-outage.ts'
import { readSequence } from './sequence.ts'
import type { Gap, Instant, MaintenanceWindow, MonitoredApp, Receipt, SequenceGap, Transition } from './types.ts'

const none: readonly Transition[] = Object.freeze([])

interface MonitorOptions {
  /** Called when a counting sender skipped numbers. */
  readonly onSequenceGap?: (gap: SequenceGap) => void
}

export class Monitor {
  readonly #judgements = new Map<string, Judgement>()
  readonly #deadlines = new DeadlineHeap<Judgement>()
  readonly #onSequenceGap: ((gap: SequenceGap) => void) | undefined
  #plan = new MaintenancePlan([])
  /** True from a change of the plan or the clock until the windows in force were compared with the states. */
  #planStale = false
  /** Wall time of the next beginning or end of a window. */
  #boundaryMs = Number.POSITIVE_INFINITY
  #monoMs = Number.NEGATIVE_INFINITY
  #wallMs = 0
  #last: Receipt | undefined
  #declared: Transition[] = []

  constructor(options: MonitorOptions = {}) {
    this.#onSequenceGap = options.onSequenceGap
  }

  /** Adds an application in state `new`, or takes over its changed interval and grace. */
  register(app: MonitoredApp): void {
    const known = this.#judgements.get(app.id)
    if (known === undefined) {
      this.#judgements.set(app.id, newJudgement(app))
      // A window may have been planned before the application was known.
      this.#planStale = true
      return
    }
    adopt(known, app, this.#now())
    this.#schedule(known)
  }

  remove(id: string): void {
    const judgement = this.#judgements.get(id)
    if (judgement === undefined) return
    this.#deadlines.remove(judgement)
    this.#judgements.delete(id)
  }

  /** Brings the set of applications in line with the registry. */
  setApps(apps: readonly MonitoredApp[]): void {
    const wanted = new Set(apps.map((app) => app.id))
    for (const id of this.#judgements.keys()) if (!wanted.has(id)) this.remove(id)
    for (const app of apps) this.register(app)
  }

  /** Replaces all planned windows. They take effect with the next row. */
  setMaintenance(windows: readonly MaintenanceWindow[]): void {
    this.#plan = new MaintenancePlan(windows)
    this.#planStale = true
  }

  /**
   * Takes the receipt of a journal row, whatever it carries; call it once for each row, before `heartbeat`.
   * Finds our own outages (a stretch without rows, a reboot, a suspend, a clock step, a restart of the journal's
   * writer) and declares what became due.
   */
  observe(receipt: Receipt): readonly Transition[] {
    const gap = this.#last && gapBetween(this.#last, receipt)
    this.#last = { boot: receipt.boot, rowId: receipt.rowId, monoMs: receipt.monoMs, wallMs: receipt.wallMs }
    if (gap === undefined && receipt.begins) this.#excuseAll(receipt)
    if (gap === undefined) return this.advance(receipt, receipt.rowId)
    return [...this.gap(gap, receipt.rowId), ...this.advance(receipt, receipt.rowId)]
  }

  /** Receipt of the newest row, epoch ms: nothing later is judged. 0 before the first. */
  judgedUntilMs(): number {
    return this.#last?.wallMs ?? 0
  }

  /** Takes a heartbeat. An application that is not registered is not judged. */
  heartbeat(id: string, heartbeat: Heartbeat, instant: Instant, rowId: number): readonly Transition[] {
    this.#follow(instant, rowId)
    const judgement = this.#judgements.get(id)
    if (judgement !== undefined) {
      if (this.#isNews(judgement, heartbeat, rowId)) takeReport(judgement, heartbeat, instant)
      this.#apply(judgement, hear(judgement, instant), rowId)
    }
    return this.#takeDeclared()
  }

  /** Declares everything that became due before `instant`, which a journal row has proven to be past. */
  advance(instant: Instant, rowId: number): readonly Transition[] {
    this.#follow(instant, rowId)
    return this.#takeDeclared()
  }

  /** Our own outage: everything heard of before is unknown from `gap.from`, until heard again or due after `gap.to`. */
  gap(gap: Gap, rowId: number): readonly Transition[] {
    // A wall clock that went back makes windows it had passed lie ahead again.
    if (gap.to.wallMs < this.#wallMs) this.#planStale = true
    this.#monoMs = gap.to.monoMs
    this.#wallMs = gap.from.wallMs
    for (const judgement of this.#judgements.values()) {
      this.#apply(judgement, loseSight(judgement, gap), rowId, gap.to.wallMs)
    }
    return this.#takeDeclared()
  }

  /** Monotonic ms of the earliest deadline, undefined when nothing can fall silent. */
  nextDeadlineMonoMs(): number | undefined {
    return this.#deadlines.first?.deadlineMs
  }

  judgementOf(id: string): Readonly<Judgement> | undefined {
    return this.#judgements.get(id)
  }

  judgements(): Iterable<Readonly<Judgement>> {
    return this.#judgements.values()
  }

  /** Everything that `restore` needs, as plain JSON. Windows are not part of it: they live in the registry. */
  checkpoint(): MonitorCheckpoint {
    return { version: 1, last: this.#last ?? null, apps: [...this.#judgements.values()].map(freeze) }
  }

  /** Replaces the whole state. Call `setApps` and `setMaintenance` afterwards. @throws ZodError for anything else than a checkpoint. */
  restore(stored: unknown): void {
    const { last, apps } = MonitorCheckpoint.parse(stored)
    for (const id of [...this.#judgements.keys()]) this.remove(id)
    this.#last = last ?? undefined
    this.#monoMs = last?.monoMs ?? Number.NEGATIVE_INFINITY
    this.#wallMs = last?.wallMs ?? 0
    this.#planStale = true
    for (const app of apps) {
      const judgement = thaw(app)
      this.#judgements.set(judgement.id, judgement)
      this.#schedule(judgement)
    }
  }

  #isNews(judgement: Judgement, { boot, seq }: Heartbeat, rowId: number): boolean {
    if (boot === undefined || seq === undefined) return true
    const { fresh, missing } = readSequence(judgement.counted, boot, seq)
    if (!fresh) judgement.repeated += 1
    if (missing > 0) {
      judgement.missing += missing
      this.#onSequenceGap?.({ app: judgement.id, boot, first: seq - missing, last: seq - 1, rowId })
    }
    return fresh
  }

  /** Windows and deadlines in the order of time, up to `instant`. */
  #follow(instant: Instant, rowId: number): void {
    if (this.#monoMs === Number.NEGATIVE_INFINITY) this.#begin(instant)
    if (this.#planStale) this.#reconcileWindows(rowId, instant.wallMs)
    if (instant.wallMs >= this.#boundaryMs) this.#followWindows(instant, rowId)
    this.#expireBefore(instant.monoMs, instant.wallMs, rowId)
    if (instant.monoMs > this.#monoMs) this.#monoMs = instant.monoMs
    if (instant.wallMs > this.#wallMs) this.#wallMs = instant.wallMs
  }

  /** Before the first row nothing was followed: windows that ended by then are nobody's history. */
  #begin(instant: Instant): void {
    this.#monoMs = instant.monoMs
    this.#wallMs = instant.wallMs
  }

  #excuseAll(until: Instant): void {
    for (const judgement of this.#judgements.values()) {
      excuse(judgement, until)
      this.#schedule(judgement)
    }
  }

  #expireBefore(monoMs: number, declaredAt: number, rowId: number): void {
    for (;;) {
      const due = this.#deadlines.first
      // A heartbeat exactly on its deadline is in time, so only a later moment proves silence.
      if (due === undefined || due.deadlineMs >= monoMs) return
      this.#apply(due, expire(due), rowId, declaredAt)
    }
  }

  #followWindows(instant: Instant, rowId: number): void {
    for (const { atMs, app } of this.#plan.boundariesWithin(this.#wallMs, instant.wallMs)) {
      const monoMs = Math.max(this.#monoMs, instant.monoMs - (instant.wallMs - atMs))
      this.#expireBefore(monoMs, instant.wallMs, rowId)
      const judgement = this.#judgements.get(app)
      if (judgement !== undefined) this.#applyWindow(judgement, { monoMs, wallMs: atMs }, rowId, instant.wallMs)
    }
    this.#boundaryMs = this.#plan.nextBoundary(instant.wallMs)?.atMs ?? Number.POSITIVE_INFINITY
  }

  /** After a change of plan: windows in force now open, open ones that are no longer planned end now. */
  #reconcileWindows(rowId: number, declaredAt: number): void {
    this.#planStale = false
    this.#boundaryMs = this.#plan.nextBoundary(this.#wallMs)?.atMs ?? Number.POSITIVE_INFINITY
    const now = this.#now()
    for (const judgement of this.#judgements.values()) this.#applyWindow(judgement, now, rowId, declaredAt)
  }

  #applyWindow(judgement: Judgement, now: Instant, rowId: number, declaredAt: number): void {
    const window = this.#plan.windowAt(judgement.id, now.wallMs)
    if (window !== undefined) {
      const change = openMaintenance(judgement, window, now.wallMs)
      this.#apply(judgement, change, rowId, declaredAt)
    } else if (judgement.state === 'maintenance') {
      this.#apply(judgement, endMaintenance(judgement, now), rowId, declaredAt)
    }
  }

  #apply(judgement: Judgement, change: Change | undefined, rowId: number, declaredAt = change?.at ?? 0): void {
    this.#schedule(judgement)
    if (change !== undefined) this.#declared.push({ app: judgement.id, ...change, declaredAt, rowId })
  }

  #schedule(judgement: Judgement): void {
    this.#deadlines.set(judgement, deadlineOf(judgement))
  }

  #now(): Instant {
    return { monoMs: this.#monoMs, wallMs: this.#wallMs }
  }

  #takeDeclared(): readonly Transition[] {
    if (this.#declared.length === 0) return none
    const declared = this.#declared
    this.#declared = []
    return declared
  }
}
