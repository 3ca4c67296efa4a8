/** How a page gets what App.svelte owns: the one live feed, and who sits here. */
import { createContext } from 'svelte'
import type { Feed } from './feed.svelte.ts'
import type { Session } from './session.svelte.ts'

const [getFeed, setFeed] = createContext<Feed>()

const [getSession, setSession] = createContext<Session>()

export { getFeed, getSession, setFeed, setSession }
