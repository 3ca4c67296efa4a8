/**
 * The C library functions that Node does not offer, by FFI: pseudo-terminals (POSIX.1-2024 posix_openpt), the
 * kernel's clock status (adjtimex(2)), ioctl(2) and poll(2) for GPIO, datagrams to a Unix socket. Works on x64 and arm64 Linux without a compiler;
 * the only importer of `koffi`.
 */
import { closeSync, constants } from 'node:fs'
import { constants as osConstants } from 'node:os'
import koffi from 'koffi'

// The program itself: Node links the C library, so this needs no file name, which glibc and musl do not share.
const libc = koffi.load(null)
const posixOpenpt = libc.func('int posix_openpt(int flags)')
const grantpt = libc.func('int grantpt(int fd)')
const unlockpt = libc.func('int unlockpt(int fd)')
const ptsnameR = libc.func('int ptsname_r(int fd, _Out_ uint8_t *name, size_t size)')
const tcgetattr = libc.func('int tcgetattr(int fd, _Out_ uint8_t *termios)')
const tcsetattr = libc.func('int tcsetattr(int fd, int actions, const uint8_t *termios)')
const cfmakeraw = libc.func('void cfmakeraw(_Inout_ uint8_t *termios)')
const adjtimex = libc.func('int adjtimex(_Inout_ uint8_t *timex)')
// Variadic in C; on x64 and arm64 Linux a single pointer goes the same way as a named argument.
const ioctlPointer = libc.func('int ioctl(int fd, unsigned long request, _Inout_ uint8_t *argument)')
const poll = libc.func('int poll(_Inout_ uint8_t *fds, unsigned long count, int timeout)')
const socket = libc.func('int socket(int domain, int type, int protocol)')
const sendto = libc.func(
  'long sendto(int fd, const uint8_t *bytes, size_t length, int flags, const uint8_t *address, unsigned int size)',
)

const PATH_BYTES = 128
/** struct termios is 60 bytes on Linux (glibc and musl, x64 and arm64); the rest is spare. */
const TERMIOS_BYTES = 128
const TCSANOW = 0
/** struct timex is 208 bytes on 64-bit Linux; all zero asks without changing anything. */
const TIMEX_BYTES = 208
const TIME_ERROR = 5
/** O_CLOEXEC, which Node's constants lack: a child must not keep the terminal alive. */
const O_CLOEXEC = 0o2_000_000
/** struct pollfd: fd i32 @0, events i16 @4, revents i16 @6 (poll(2)). */
const POLLFD_BYTES = 8
const POLLIN = 1
/** socket(2) on Linux; the third is SOCK_CLOEXEC. */
const [AF_UNIX, SOCK_DGRAM, CLOSE_ON_EXEC] = [1, 2, 0o2_000_000]
/** send(2): nobody is waited for, and no signal comes when the other end is gone. */
const [MSG_DONTWAIT, MSG_NOSIGNAL] = [0x40, 0x4000]

/** A new master, unlocked; `path` is its slave. The caller closes `fd`. @throws Error naming the call that failed. */
export function openPtyMaster(): { fd: number; path: string } {
  const fd = Number(posixOpenpt(constants.O_RDWR | constants.O_NOCTTY | O_CLOEXEC))
  if (fd < 0) throw new Error('posix_openpt failed: is /dev/ptmx there and /proc/sys/kernel/pty/max not reached?')
  const name = Buffer.alloc(PATH_BYTES)
  check('grantpt', grantpt(fd))
  check('unlockpt', unlockpt(fd))
  check('ptsname_r', ptsnameR(fd, name, PATH_BYTES))
  return { fd, path: name.toString('utf8', 0, name.indexOf(0)) }
}

/** Bytes pass a terminal unchanged: no echo, no line editing, no signals. */
export function makeRaw(fd: number): void {
  const termios = Buffer.alloc(TERMIOS_BYTES)
  check('tcgetattr', tcgetattr(fd, termios))
  cfmakeraw(termios)
  check('tcsetattr', tcsetattr(fd, TCSANOW, termios))
}

/** True when the kernel knows its clock to be synchronised (by chrony, systemd-timesyncd or ntpd). */
export function isClockSynchronised(): boolean {
  const state = Number(adjtimex(Buffer.alloc(TIMEX_BYTES)))
  return state >= 0 && state !== TIME_ERROR
}

/** What the kernel answers is written into `argument`. @throws Error with `code`, as ENOTTY */
export function ioctl(fd: number, request: number, argument: Uint8Array): void {
  if (Number(ioctlPointer(fd, request, argument)) !== -1) return
  throw errorOf(`ioctl 0x${request.toString(16)}`)
}

/**
 * Waits, in a thread of the pool, until there is something to read; false after `timeoutMs`. A wait without an end
 * would keep the process from exiting.
 */
export function waitReadable(fd: number, timeoutMs: number): Promise<boolean> {
  const fds = Buffer.alloc(POLLFD_BYTES)
  fds.writeInt32LE(fd, 0)
  fds.writeInt16LE(POLLIN, 4)
  return new Promise((resolve, reject) => {
    poll.async(fds, 1, timeoutMs, (error: Error | null, ready: unknown) => {
      if (error) reject(error)
      else resolve(Number(ready) > 0) // an interrupted wait (-1) is tried again like one that timed out
    })
  })
}

/** One datagram to a Unix socket; `@` begins the name of an abstract one (unix(7)). @throws Error with `code` */
export function sendDatagram(path: string, text: string): void {
  const fd = Number(socket(AF_UNIX, SOCK_DGRAM | CLOSE_ON_EXEC, 0))
  if (fd < 0) throw errorOf('socket')
  try {
    const family = Buffer.from([AF_UNIX, 0])
    const address = Buffer.concat([family, Buffer.from(path.replace(/^@/, '\0'))])
    const bytes = Buffer.from(text)
    const sent = sendto(fd, bytes, bytes.length, MSG_DONTWAIT | MSG_NOSIGNAL, address, address.length)
    if (Number(sent) !== bytes.length) throw errorOf('sendto')
  } finally {
    closeSync(fd)
  }
}

function errorOf(call: string): Error {
  const code = errnoName(koffi.errno())
  return Object.assign(new Error(`${call} failed with ${code}`), { code })
}

function errnoName(number: number): string {
  const known = Object.entries(osConstants.errno).find(([, value]) => value === number)
  return known?.[0] ?? `errno ${number}`
}

function check(call: string, result: unknown): void {
  if (Number(result) !== 0) throw new Error(`${call} failed with ${String(result)}`)
}
