/** Answers the kernel's requests for the files of a GPIO class: /dev/fuse on one side, gpio-class.ts on the other. */
import { read, writeSync } from 'node:fs'
import { promisify } from 'node:util'
import { type GpioClass, Refused } from './gpio-class.ts'
import {
  decodePoll,
  decodeRequest,
  decodeTransfer,
  decodeWritten,
  encodeAttributesReply,
  encodeDirectory,
  encodeEntry,
  encodeFailure,
  encodeInit,
  encodeOpen,
  encodePoll,
  encodePollWakeup,
  encodeReply,
  encodeStatistics,
  encodeWritten,
  type FuseRequest,
  opcodes,
  REQUEST_BYTES_MAX,
} from './kernel-protocol.ts'

const ROOT_INODE = 1

interface OpenFile {
  readonly path: string
  /** Events of the file when it was last read through this handle: a poll tells later ones. */
  seen: number
  /** The kernel's name of this handle while somebody waits in a poll. */
  kernelHandle?: bigint
}

export interface TreeServer {
  /** Something new in a file: who polls it is woken. */
  wake(path: string): void
  /** Answers until the file system is unmounted. */
  serve(): Promise<void>
}

type Answer = (request: FuseRequest) => Uint8Array

/** @param fd of /dev/fuse, mounted or about to be */
export function createTreeServer(fd: number, tree: GpioClass): TreeServer {
  const files = new Map<bigint, OpenFile>()
  const answers = createAnswers(tree, files)
  const answer = (request: FuseRequest): Buffer | undefined => {
    if (isSilent(request)) return undefined
    try {
      const reply = answers.get(request.opcode)
      return reply ? encodeReply(request.unique, reply(request)) : encodeFailure(request.unique, 'ENOSYS')
    } catch (error) {
      if (error instanceof Refused) return encodeFailure(request.unique, error.code)
      throw error
    }
  }
  return {
    wake: (path) => {
      for (const file of files.values()) {
        if (file.path === path && file.kernelHandle !== undefined) writeSync(fd, encodePollWakeup(file.kernelHandle))
      }
    },
    serve: async () => {
      const bytes = Buffer.alloc(REQUEST_BYTES_MAX + 4096)
      for (;;) {
        const length = await readRequest(fd, bytes)
        if (length === 0) return
        const reply = answer(decodeRequest(bytes.subarray(0, length)))
        if (reply) write(fd, reply)
      }
    },
  }
}

function createAnswers(tree: GpioClass, files: Map<bigint, OpenFile>): Map<number, Answer> {
  const inodes = createInodes()
  let newest = 0n
  const kindOf = (path: string) => {
    if (!tree.has(path)) throw new Refused('ENOENT')
    return { inode: inodes.of(path), isDirectory: tree.names(path) !== undefined }
  }
  const fileOf = (handle: bigint) => {
    const file = files.get(handle)
    if (!file) throw new Refused('EBADF')
    return file
  }
  const open: Answer = ({ inode }) => {
    const { isDirectory } = kindOf(inodes.path(inode))
    newest += 1n
    if (!isDirectory) files.set(newest, { path: inodes.path(inode), seen: 0 })
    return encodeOpen(newest)
  }
  const attributes: Answer = ({ inode }) => encodeAttributesReply(kindOf(inodes.path(inode)))
  const release: Answer = ({ body }) => {
    files.delete(decodeTransfer(body).handle)
    return Buffer.alloc(0)
  }
  return new Map<number, Answer>([
    [opcodes.init, encodeInit],
    [opcodes.statfs, encodeStatistics],
    [opcodes.flush, () => Buffer.alloc(0)],
    [opcodes.lookup, ({ inode, body }) => encodeEntry(kindOf(childOf(inodes.path(inode), body)))],
    [opcodes.getattr, attributes],
    [opcodes.setattr, attributes], // O_TRUNC of a write: sysfs has nothing to cut off
    [opcodes.open, open],
    [opcodes.opendir, open],
    [opcodes.release, release],
    [opcodes.releasedir, release],
    [
      opcodes.readdir,
      ({ inode, body }) => {
        const { offset, size } = decodeTransfer(body)
        return encodeDirectory(tree.names(inodes.path(inode)) ?? [], offset, size)
      },
    ],
    [
      opcodes.read,
      ({ body }) => {
        const { handle, offset, size } = decodeTransfer(body)
        const file = fileOf(handle)
        file.seen = tree.events(file.path)
        return Buffer.from(tree.read(file.path)).subarray(offset, offset + size)
      },
    ],
    [
      opcodes.write,
      ({ body }) => {
        const { handle, size } = decodeTransfer(body)
        tree.write(fileOf(handle).path, decodeWritten(body))
        return encodeWritten(size)
      },
    ],
    [
      opcodes.poll,
      ({ body }) => {
        const { handle, kernelHandle, wantsWakeup } = decodePoll(body)
        const file = fileOf(handle)
        if (wantsWakeup) file.kernelHandle = kernelHandle
        return encodePoll(file.seen !== tree.events(file.path))
      },
    ],
  ])
}

/** A number for each path there ever was: some hundreds at most. */
function createInodes() {
  const paths = ['', '']
  return {
    path: (inode: number) => paths[inode] ?? '',
    of: (path: string) => {
      if (path === '') return ROOT_INODE
      const known = paths.indexOf(path)
      return known < 0 ? paths.push(path) - 1 : known
    },
  }
}

function childOf(directory: string, body: Buffer): string {
  const name = body.toString('utf8', 0, body.indexOf(0))
  return directory === '' ? name : `${directory}/${name}`
}

function isSilent({ opcode }: FuseRequest): boolean {
  return [opcodes.forget, opcodes.batchForget, opcodes.interrupt].some((each) => each === opcode)
}

const readFrom = promisify(read)
const MOUNT_POLL_MS = 5

/** @returns the length; 0 when the file system is gone */
async function readRequest(fd: number, bytes: Buffer): Promise<number> {
  for (;;) {
    try {
      return (await readFrom(fd, bytes, 0, bytes.length, null)).bytesRead
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'ENODEV') return 0
      if (code === 'EPERM')
        await new Promise((resolve) => setTimeout(resolve, MOUNT_POLL_MS)) // not mounted yet
      else if (code !== 'ENOENT' && code !== 'EINTR' && code !== 'EAGAIN') throw error // ENOENT: an interrupted request
    }
  }
}

function write(fd: number, reply: Buffer): void {
  try {
    writeSync(fd, reply)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error // whoever asked was killed meanwhile
  }
}
