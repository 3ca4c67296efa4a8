/** Commands to doors, by who may give them and has just proven the second factor; who it was is part of the command. */
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { type CommandKind, CommandRequest, Reply } from '#contract/command.ts'
import { Id } from '#contract/identifiers.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Caller, Person } from '../auth/roles.ts'
import { requireStepUp } from '../auth/step-up.ts'
import type { DoorCommands, Refusal } from '../commands/door-commands.ts'
import { HttpProblem } from './problem.ts'
import type { Recorder } from './recorder.ts'

/** What an operator does in an emergency; fingers and sensors are left to the door officer. */
const operatorKinds: readonly CommandKind[] = ['unlock', 'lockdown', 'release-lockdown']
const BODY_BYTES_MAX = 4_096

const CommandResult = z.object({
  id: Id,
  door: Id,
  kind: z.string(),
  /** The last word, `progress` while there is none, `unanswered` when none came. */
  result: z.enum([...Reply.shape.result.options, 'unanswered']),
  replies: z.array(Reply.omit({ id: true, boot: true })),
})

const refusals: Readonly<Record<Refusal, readonly [status: number, title: string, detail: (door: string) => string]>> =
  {
    'unknown-door': [
      404,
      'Not registered',
      (door) => `No door "${door}" is registered: npm run admin -- device add door ID`,
    ],
    offline: [409, 'Door offline', (door) => `Door "${door}" is not connected; a command is never kept for later.`],
    busy: [
      409,
      'Door busy',
      (door) => `The sensor of door "${door}" is taken by another command; ask for it, or cancel it.`,
    ],
    rate: [429, 'Too many commands', (door) => `Door "${door}" takes six commands a minute; wait a moment.`],
    broker: [503, 'Not sent', () => 'The broker did not take the command; it was not sent.'],
    'right-lost': [403, 'Not allowed', () => 'Your session ended before the door answered; nothing was sent.'],
    'no-challenge': [504, 'No answer', (door) => `Door "${door}" gave no challenge in time; nothing was sent.`],
  }

export interface DoorRouteParts {
  readonly commands: DoorCommands
  readonly clock: Clock
  readonly record: Recorder
  /** Whose session this is, if it holds right now. */
  readonly personIn: (session: string) => Person | undefined
}

export function doorRoutes({ commands, clock, record, personIn }: DoorRouteParts): FastifyPluginAsyncZod {
  const mayStill = (caller: Caller) => () => caller.kind !== 'person' || personIn(caller.session)?.role === caller.role

  return async (app) => {
    app.post(
      '/api/v1/doors/:door/commands',
      {
        bodyLimit: BODY_BYTES_MAX,
        preHandler: requireStepUp(clock),
        schema: {
          tags: ['doors'],
          summary: 'Command to a door; needs a step-up',
          description:
            'Waits for the last word of the door, at most 10 s; an enrolment goes on after that, see its progress.',
          params: z.object({ door: Id }),
          body: CommandRequest,
          response: { 202: CommandResult },
        },
      },
      async (request, reply) => {
        const { params, body, caller } = request
        const { door } = params
        const actor = actorOf(caller, body.kind)
        // Before it is sent: what then happens at the door, the door records.
        record(request, 'door command', {
          door,
          command: body.kind,
          ...('person' in body && body.person !== undefined && { person: body.person }),
        })
        const sent = await commands.give(door, body, { actor, mayStill: mayStill(caller) })
        if (sent.ok) return reply.code(202).send(resultOf(sent.command))
        const [status, title, detail] = refusals[sent.refusal]
        throw new HttpProblem(status, title, detail(door))
      },
    )
    app.get(
      '/api/v1/doors/:door/commands/:id',
      {
        schema: {
          tags: ['doors'],
          summary: 'What became of a command',
          params: z.object({ door: Id, id: Id }),
          response: { 200: CommandResult },
        },
      },
      ({ params: { door, id } }) => {
        const view = commands.view(door, id)
        if (!view) throw new HttpProblem(404, 'Not found', `No command "${id}" to door "${door}" is remembered.`)
        return resultOf(view)
      },
    )
  }
}

/** @throws HttpProblem 403 for a kind this role may not give */
function actorOf(caller: Caller, kind: CommandKind): string {
  // Nobody logs in at a demonstration.
  if (caller.kind !== 'person') return caller.kind
  if (caller.role === 'operator' && !operatorKinds.includes(kind)) {
    throw new HttpProblem(
      403,
      'Not allowed',
      `An operator may not command "${kind}"; ask a door officer.`,
      'not-allowed',
    )
  }
  return caller.id
}

function resultOf(view: ReturnType<DoorCommands['view']> & object): z.input<typeof CommandResult> {
  return { ...view, replies: [...view.replies] }
}
