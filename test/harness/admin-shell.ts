/** The administration as a shell sees it, run after run on one data directory. */
import { listContent } from '../../server/access/access-list.ts'
import { openPolicyTables, readDoorPolicy } from '../../server/access/door-policy.ts'
import { runAdmin } from '../../server/admin/run-admin.ts'
import { openRegistry } from '../../server/registry/registry.ts'
import { temporaryDirectory } from './temporary.ts'

export interface AdminRan {
  readonly exitCode: number
  readonly out: string
  readonly error: string
}

/** Within a test only: the directory goes with it. */
export function openAdminShell() {
  const dataDir = temporaryDirectory()
  const admin = (...argv: string[]): AdminRan => {
    const out: string[] = []
    const error: string[] = []
    const exitCode = runAdmin({
      argv,
      dataDir,
      print: (text) => out.push(text),
      printError: (text) => error.push(text),
    })
    return { exitCode, out: out.join('\n'), error: error.join('\n') }
  }
  /** @throws Error with its words when it failed */
  const json = (...argv: string[]) => {
    const ran = admin(...argv, '--json')
    if (ran.exitCode !== 0) throw new Error(`exit ${ran.exitCode}: ${ran.error}`)
    return JSON.parse(ran.out)
  }
  return {
    dataDir,
    admin,
    json,
    /** Runs the command that an answer names, words in quotes as one, as a shell would. */
    undo: (command: string) => {
      const words = [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '')
      json(...words)
    },
    /** What a door would be told now. */
    list: (door: string) => {
      const registry = openRegistry(dataDir)
      const content = listContent(readDoorPolicy(openPolicyTables(registry.db), door), Date.now())
      registry.close()
      return content
    },
  }
}
