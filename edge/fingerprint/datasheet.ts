/**
 * Numbers of the R30x / R503 / AS608 / ZFM-20 family of fingerprint modules, as its manuals print them
 * (ZhianTec ZFM-20 user manual, Grow R503 user manual 1.2.2: "instruction table", "confirmation codes").
 */

/** Packet identifier, byte 6 of a frame. */
export const packetKinds = { command: 0x01, data: 0x02, acknowledge: 0x07, endOfData: 0x08 } as const
export type PacketKind = (typeof packetKinds)[keyof typeof packetKinds]

/** First payload byte of a command. Upload and download of images and templates are left out: neither leaves the sensor. */
export const instructions = {
  captureImage: 0x01, // GenImg
  extractFeatures: 0x02, // Img2Tz
  match: 0x03,
  search: 0x04,
  mergeFeatures: 0x05, // RegModel
  storeTemplate: 0x06, // Store
  loadTemplate: 0x07, // LoadChar
  deleteTemplates: 0x0c, // DeletChar
  emptyLibrary: 0x0d, // Empty
  writeRegister: 0x0e, // SetSysPara
  readParameters: 0x0f, // ReadSysPara
  setPassword: 0x12, // SetPwd
  verifyPassword: 0x13, // VfyPwd
  randomCode: 0x14, // GetRandomCode
  writeNotepad: 0x18,
  readNotepad: 0x19,
  countTemplates: 0x1d, // TempleteNum
  readIndex: 0x1f, // ReadIndexTable
  cancel: 0x30,
  setLed: 0x35, // AuraLedConfig, R503
  checkSensor: 0x36,
  softReset: 0x3d, // SoftRst
  handshake: 0x40, // HandShake
} as const

/** First payload byte of an acknowledgement; all that the manuals of the family name. */
export const confirmations = {
  ok: 0x00,
  badPacket: 0x01,
  noFinger: 0x02,
  captureFailed: 0x03,
  tooMessy: 0x06,
  tooFewPoints: 0x07,
  differ: 0x08,
  notFound: 0x09,
  mergeFailed: 0x0a,
  slotOutOfRange: 0x0b,
  templateUnreadable: 0x0c,
  templateUploadFailed: 0x0d,
  cannotTakeData: 0x0e,
  imageUploadFailed: 0x0f,
  deleteFailed: 0x10,
  emptyFailed: 0x11,
  wrongPassword: 0x13,
  noImage: 0x15,
  flashFailed: 0x18,
  undefinedError: 0x19,
  badRegister: 0x1a,
  badRegisterValue: 0x1b,
  badNotepadPage: 0x1c,
  portFailed: 0x1d,
  libraryFull: 0x1f,
  wrongAddress: 0x20,
  verifyPasswordFirst: 0x21,
  slotEmpty: 0x22,
  libraryEmpty: 0x24,
  timedOut: 0x26,
  alreadyEnrolled: 0x27,
  sensorFault: 0x29,
  illegalData: 0x35,
  echo: 0x55,
  unsupported: 0xfc,
  hardwareFault: 0xfd,
  failed: 0xfe,
} as const

const confirmationNames = new Map<number, string>(Object.entries(confirmations).map(([name, code]) => [code, name]))

/** The name of a confirmation code with its number; an unknown code is named as such (and is always a failure). */
export function confirmationName(code: number): string {
  const hex = code.toString(16).toUpperCase().padStart(2, '0')
  return `${confirmationNames.get(code) ?? 'unknown'} (0x${hex})`
}

/** Registers of SetSysPara; all kept in the module's flash. The baud register takes effect after its acknowledgement. */
export const registers = { baud: 4, securityLevel: 5, packetSize: 6 } as const

/** Aura LED of the R503. Red, blue and purple exist in every firmware, the other colours only from 1.2. */
export const ledModes = { breathe: 1, flash: 2, on: 3, off: 4 } as const
export const ledColours = { red: 1, blue: 2, purple: 3 } as const

export const defaultAddress = 0xffff_ffff
/** The module says this one byte when it is ready after power-on or SoftRst. */
export const READY_BYTE = 0x55
/** System id of the ZFM-20 line in ReadSysPara: optical modules with two feature buffers. The R503 says 0. */
export const ZFM_SYSTEM_ID = 0x0009
/** Pages of the notepad, 32 bytes each. */
export const NOTEPAD_PAGES = 16
/** Slots in one page of ReadIndexTable: 32 bytes, least significant bit first. */
export const SLOTS_PER_INDEX_PAGE = 256
