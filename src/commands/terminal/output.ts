import { writeSync } from 'node:fs'

const FLUSH_CHARACTERS = 1 << 16

/**
 * Lines and bytes for an open file or pipe, many to a write; written before the next are made, so that nothing piles
 * up. A class because it holds what is not yet written.
 */
export class Output {
  /** Nobody reads any more, as in `repro trace dump FILE | head`: what follows may be left out. */
  closed = false
  /** Bytes written. */
  written = 0
  readonly #descriptor: number
  readonly #path: string | undefined
  #text = ''

  /** `path` is what errors say of it. */
  constructor(descriptor: number, path?: string) {
    this.#descriptor = descriptor
    this.#path = path
  }

  line(text: string): void {
    this.#text += text
    this.#text += '\n'
    if (this.#text.length >= FLUSH_CHARACTERS) this.flush()
  }

  flush(): void {
    const text = this.#text
    this.#text = ''
    this.bytes(Buffer.from(text))
  }

  bytes(bytes: Uint8Array): void {
    for (let written = 0; written < bytes.length && !this.closed;) {
      try {
        const now = writeSync(this.#descriptor, bytes, written)
        written += now
        this.written += now
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException
        if (code === 'EPIPE') this.closed = true
        // A pipe that another process made non-blocking, and whose reader is slow.
        else if (code === 'EAGAIN') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
        else throw Object.assign(error as Error, this.#path === undefined ? {} : { path: this.#path })
      }
    }
  }
}
