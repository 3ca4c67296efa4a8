/** From what was typed to one application. Pure. */
import type { AppChoice } from './history.ts'

/** By exact name or id first; else the only one whose name, id or OPD contains the text; else null. */
export function findApp(apps: readonly AppChoice[], typed: string): AppChoice | null {
  const sought = typed.trim().toLocaleLowerCase('id-ID')
  if (sought === '') return null
  const exact = apps.find((app) => app.id === sought || app.name.toLocaleLowerCase('id-ID') === sought)
  if (exact !== undefined) return exact
  const [only, ...others] = apps.filter((app) =>
    `${app.name} ${app.id} ${app.opd}`.toLocaleLowerCase('id-ID').includes(sought),
  )
  return only !== undefined && others.length === 0 ? only : null
}
