/** The few system calls of the GPIO character device, so that the backend's logic can be tried without its kernel. */
import { closeSync, openSync, readdirSync, readSync } from 'node:fs'
import { ioctl, waitReadable } from '../libc.ts'

export interface GpioKernel {
  /** Paths of the chips' devices. */
  chips(): string[]
  open(path: string): number
  /** The answer is written into `argument`. @throws Error with `code` */
  ioctl(fd: number, request: number, argument: Uint8Array): void
  waitReadable(fd: number, timeoutMs: number): Promise<boolean>
  read(fd: number, bytes: Uint8Array): number
  close(fd: number): void
}

export const linuxKernel: GpioKernel = {
  chips: () =>
    readdirSync('/dev')
      .filter((name) => /^gpiochip\d+$/.test(name))
      .map((name) => `/dev/${name}`),
  open: (path) => openSync(path, 'r+'),
  ioctl,
  waitReadable,
  read: (fd, bytes) => readSync(fd, bytes),
  close: closeSync,
}
