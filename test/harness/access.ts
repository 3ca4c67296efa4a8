/** What the tests of the door policy share: the real command line, and a finger laid on the glass until it is decided. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { onTestFinished } from 'vitest'
import { DoorState } from '#contract/door.ts'
import { AgentRecord } from '#contract/record.ts'
import { listContent } from '../../server/access/access-list.ts'
import { readDoorPolicy } from '../../server/access/door-policy.ts'
import { openAdmin } from '../../server/admin/admin.ts'
import type { Door } from './door.ts'
import { root } from './process.ts'
import type { Siaga } from './siaga.ts'
import { until } from './until.ts'

/** A busy machine starts a process in seconds. */
const WAIT_MS = 60_000
const run = promisify(execFile)

/** `npm run -s admin -- …`, a process of its own. @returns what it printed @throws Error with its words when it failed */
export async function adminProcess(dataDir: string, ...argv: string[]): Promise<string> {
  const env = { PATH: process.env['PATH'], SIAGA_DATA_DIR: dataDir }
  const { stdout } = await run(process.execPath, ['server/admin-main.ts', ...argv], {
    cwd: root,
    env,
    timeout: WAIT_MS,
  })
  return stdout
}

export function doorRecords(siaga: Pick<Siaga, 'rows'>, ...kinds: string[]): AgentRecord[] {
  return siaga
    .rows('doorEvents')
    .map((row) => AgentRecord.parse(JSON.parse(row.payload)))
    .filter(({ kind }) => kinds.includes(kind))
}

/** Lays a finger on the glass until the door has decided about it. */
export async function touch(siaga: Pick<Siaga, 'rows'>, { sensor, lift }: Door, finger: string): Promise<AgentRecord> {
  const decisions = () => doorRecords(siaga, 'granted', 'denied', 'awaiting')
  const before = decisions().length
  sensor.press(finger)
  const newest = await until(`a decision about ${finger}`, () => decisions()[before], WAIT_MS)
  await lift()
  return newest
}

/** Waits until the door has in force what core.db says now. */
export async function doorTold(siaga: Siaga, door: string): Promise<void> {
  const admin = openAdmin(siaga.dataDir)
  onTestFinished(() => admin.close())
  await until(
    `door ${door} with the newest list`,
    () => {
      const issued = admin.access.issuedList(door)
      const newest = siaga.rows('doorState').findLast(({ subject }) => subject === door)
      if (!issued || !newest) return false
      const state = DoorState.parse(JSON.parse(newest.payload))
      const content = JSON.stringify(listContent(readDoorPolicy(admin, door), Date.now()))
      return issued.content === content && state.accessVersion === issued.version && state.sensor === 'ready'
    },
    WAIT_MS,
  )
}
