import { writeSync } from 'node:fs'

const FLUSH_CHARACTERS = 1 << 16

/**
 * Writes lines and bytes to an open file or pipe, many per write; synchronous, so that nothing piles up.
 * Buffers what is not yet written.
 */
export class Output {
  /** True once the reader closed the pipe (EPIPE), as in `repro trace dump FILE | head`: stop writing. */
  closed = false
  written = 0
  readonly #descriptor: number
  readonly #path: string | undefined
  #text = ''

  /** `path` is the file's name in errors. */
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
        // A pipe made non-blocking by another process, with a slow reader.
        else if (code === 'EAGAIN') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
        else throw Object.assign(error as Error, this.#path === undefined ? {} : { path: this.#path })
      }
    }
  }
}
