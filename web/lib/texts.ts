/** The catalogue in use. A second language is an object of type `Texts`, chosen here. */
import { indonesian, type Texts } from './texts-id.ts'

export const t: Texts = indonesian
