/** The one file that knows the router: address → page, each loaded when first visited. */
import { createRouter, Router } from 'sv-router'
import { paths } from './lib/paths.ts'

createRouter({
  [paths.home]: () => import('./home/Home.svelte'),
  [paths.wall]: () => import('./wall/Wall.svelte'),
  [paths.explore]: () => import('./explore/Explore.svelte'),
  [paths.doors]: () => import('./doors/Doors.svelte'),
  [paths.settings]: () => import('./settings/Settings.svelte'),
  [paths.audit]: () => import('./audit/Audit.svelte'),
  [paths.simulator]: () => import('./simulator/Simulator.svelte'),
  '*missing': () => import('./home/NotFound.svelte'),
})

export { Router as Pages }
