/** From a command of the administration to another decision at the door: every part a real process. */
import { expect, it } from 'vitest'
import { weekdays } from '#contract/access-list.ts'
import { adminProcess, doorTold, touch } from '../harness/access.ts'
import { startDoor } from '../harness/door.ts'
import { startSiaga } from '../harness/siaga.ts'

const door = 'ruang-komando'
const fingers = [
  { slot: 1, person: 'asn-0001', finger: 'jari-asn' },
  { slot: 2, person: 'tamu-0001', finger: 'jari-tamu' },
]
const WIB_MS = 7 * 3_600_000
const DAY_MS = 86_400_000

/** `YYYY-MM-DD` in WIB. */
function dayIn(days: number): string {
  return new Date(Date.now() + WIB_MS + days * DAY_MS).toISOString().slice(0, 10)
}

/** The day of the week three days from now, so that no midnight makes it today's. */
function anotherDay(): string {
  return weekdays[(new Date(Date.now() + WIB_MS).getUTCDay() + 6 + 3) % 7] ?? ''
}

it('hours, holidays, lockdown, roles, visits and letters reach the door and decide there', async () => {
  const siaga = await startSiaga()
  const provision = (...argv: string[]) => adminProcess(siaga.dataDir, ...argv)
  // Before the agent starts: it deletes the templates of people who are not on the list.
  await provision('device', 'add', 'door', door)
  await provision('person', 'add', 'asn-0001', '--name', 'Dayang Suryani')
  await provision('schedule', 'add', 'regu', '--hours', `${anotherDay()} 08:00-16:00`)
  const letter = ['--letter', '800.1.11.1/7/2026', '--until', dayIn(30)]
  expect(await provision('assign', 'asn-0001', door, '--schedule', 'regu', ...letter)).toContain('in the hours of regu')
  await provision('visitor', 'add', 'tamu-0001', door, '--name', 'Tamu', '--until', dayIn(2))
  const agent = await startDoor(siaga, { id: door, fingers })
  await doorTold(siaga, door)
  const admin = async (...argv: string[]) => {
    const said = await provision(...argv)
    await doorTold(siaga, door)
    return said
  }
  const decision = (finger: string) => touch(siaga, agent, finger)

  expect(await decision('jari-asn')).toMatchObject({ reason: 'outside-schedule', person: 'asn-0001' })
  expect(await decision('jari-tamu')).toMatchObject({ reason: 'escort-needed' })

  await admin('schedule', 'add', 'regu', '--hours', 'daily 00:00-24:00')
  expect(await decision('jari-asn')).toMatchObject({ kind: 'granted', person: 'asn-0001' })
  expect(await decision('jari-tamu')).toMatchObject({ kind: 'granted', escort: 'asn-0001' })

  for (const day of [dayIn(0), dayIn(1)]) await admin('holiday', 'add', day, '--name', 'Libur daerah')
  expect(await decision('jari-asn')).toMatchObject({ reason: 'holiday' })
  await admin('schedule', 'add', 'regu', '--hours', 'daily 00:00-24:00', '--holidays', 'on')
  expect(await decision('jari-asn')).toMatchObject({ kind: 'granted' })

  expect(await admin('door', 'rules', door, '--lockdown', 'on')).toContain(
    'undo: door rules ruang-komando --lockdown off',
  )
  expect(await decision('jari-asn')).toMatchObject({ reason: 'lockdown' })
  await admin('person', 'roles', 'asn-0001', 'lockdown')
  expect(await decision('jari-asn')).toMatchObject({ kind: 'granted' })

  await admin('unassign', 'asn-0001', door)
  expect(await decision('jari-asn')).toMatchObject({ kind: 'denied' })
  expect(JSON.stringify(siaga.reader.readAfter(0, 100_000))).not.toMatch(/Dayang|800\.1\.11|Libur daerah/)
})

it('the command line says on standard error what is wrong, and exits with it', async () => {
  const siaga = await startSiaga()
  await expect(adminProcess(siaga.dataDir, 'door', 'rules', 'ruang-komando')).rejects.toMatchObject({
    code: 1,
    stdout: '',
    stderr: 'admin: there is no door "ruang-komando": add it first (device add door ID)\n',
  })
})
