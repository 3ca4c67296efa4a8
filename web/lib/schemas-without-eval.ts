/** The content security policy forbids compiling code from text; without this the schema library tries and is reported. */
import { z } from 'zod'

z.config({ jitless: true })
