/** Tells when an answer is complete: its head, and as many bytes as it announces; and its status. */

const HEAD_END = '\r\n\r\n'

export class AnswerReader {
  /** 0 until its head is complete. */
  status = 0
  private head = ''
  /** Of the body; undefined until the head is complete. */
  private leftBytes: number | undefined

  /** @returns whether the answer is complete now; one without a length is at the end of its head */
  push(chunk: Buffer): boolean {
    if (this.leftBytes !== undefined) this.leftBytes -= chunk.length
    else this.takeHead(chunk)
    return this.leftBytes !== undefined && this.leftBytes <= 0
  }

  private takeHead(chunk: Buffer): void {
    const before = this.head.length
    this.head += chunk.toString('latin1')
    const end = this.head.indexOf(HEAD_END)
    if (end < 0) return
    this.status = Number(/^HTTP\/1\.1 (\d{3})/.exec(this.head)?.[1] ?? 0)
    const length = /^content-length: (\d+)\r$/im.exec(this.head.slice(0, end + 2))?.[1]
    this.leftBytes = Number(length ?? 0) - (before + chunk.length - end - HEAD_END.length)
  }
}
