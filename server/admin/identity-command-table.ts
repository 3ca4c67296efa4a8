/** The commands for devices, gateways and their credentials, as the command line knows them. */
import { loadSigningKey } from '../access/signing-key.ts'
import { type Call, type Command, credentialAnswer, operand } from './command.ts'
import { usageError } from './failures.ts'
import { addDevice, addGateway, enrolDevice, type NewDevice, revokeIdentity } from './identity-commands.ts'

export const identityTable: readonly Command[] = [
  {
    name: 'device add',
    operands: ['door|vantage', 'ID'],
    options: { name: { value: 'NAME', summary: 'as people call it' } },
    summary: 'add a door or a vantage, or issue it a new token',
    run: (admin, call) => credentialAnswer(addDevice(admin, deviceOf(call))),
  },
  {
    name: 'device enrol',
    operands: ['door|vantage', 'ID'],
    options: { name: { value: 'NAME', summary: 'as people call it' } },
    summary: 'add a door or a vantage by a one-time code: it makes its token itself (edge/enrol-main.ts)',
    run(admin, call) {
      const { username, code, untilMs } = enrolDevice(admin, deviceOf(call))
      const until = new Date(untilMs).toISOString()
      return {
        value: { username, code, until },
        text: `code     ${code}\nfor      ${username}, once, until ${until}\nIt is shown this once; the token that ${username} has now ends when the code is used.`,
      }
    },
  },
  {
    name: 'gateway add',
    operands: ['ID'],
    options: { apps: { value: 'ID,ID', summary: 'the applications it may speak for; all when left out' } },
    summary: 'add an identity that sends heartbeats for many applications',
    run(admin, call) {
      const apps = call.options['apps']?.split(',').map((id) => id.trim())
      return credentialAnswer(addGateway(admin, operand(call, 0), apps))
    },
  },
  {
    name: 'revoke',
    operands: ['ID'],
    options: {},
    summary: 'end a credential: app:ID, door:ID, vantage:ID, gateway:ID, or an ID that only one has',
    run(admin, call) {
      const username = revokeIdentity(admin, operand(call, 0))
      return { value: { username, revoked: true }, text: `${username} revoked` }
    },
  },
  {
    name: 'command-key',
    reads: true,
    operands: [],
    options: {},
    summary: 'print the public key that a door needs as SIAGA_COMMAND_KEY',
    run(admin) {
      const { publicKeyPem } = loadSigningKey(admin.dataDir, admin.commandKeyPem)
      return { value: { publicKey: publicKeyPem }, text: publicKeyPem.trimEnd() }
    },
  },
]

/** @throws AdminError for another kind of device */
function deviceOf(call: Call): NewDevice {
  const role = operand(call, 0)
  if (role !== 'door' && role !== 'vantage') throw usageError(`a device is a door or a vantage, not "${role}"`)
  return { role, id: operand(call, 1), name: call.options['name'] }
}
