/** Real-time scheduling for this process and what it starts, as the door's unit has it (deploy/siaga-door.service, ADR 21). */
import { execFileSync } from 'node:child_process'

/** CPUSchedulingPriority= of the unit. */
const PRIORITY = '10'

/** @returns whether the machine let us; takes root or CAP_SYS_NICE. Ends with the disposal. */
export function takeRealTime(cleanup: AsyncDisposableStack): boolean {
  try {
    schedule('--rr', PRIORITY)
  } catch {
    return false // the report says it
  }
  cleanup.defer(() => schedule('--other', '0'))
  return true
}

/** Of every thread there is; later ones inherit it. */
function schedule(policy: '--rr' | '--other', priority: string): void {
  execFileSync('chrt', ['--all-tasks', policy, '--pid', priority, String(process.pid)], { stdio: 'pipe' })
}
