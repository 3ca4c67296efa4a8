/** How a page gets the one live feed that App.svelte owns. */
import { createContext } from 'svelte'
import type { Feed } from './feed.svelte.ts'

const [getFeed, setFeed] = createContext<Feed>()

export { getFeed, setFeed }
