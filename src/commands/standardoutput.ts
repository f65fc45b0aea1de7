import { writeSync } from 'node:fs'

const FLUSH_CHARACTERS = 1 << 16

/** Lines for a pipe or a file, many to a write. A class because it holds what is not yet written. */
export class LineOutput {
  /** Nobody reads any more, as in `repro trace dump FILE | head`: what follows may be left out. */
  closed = false
  #text = ''

  line(text: string): void {
    this.#text += text
    this.#text += '\n'
    if (this.#text.length >= FLUSH_CHARACTERS) this.flush()
  }

  flush(): void {
    const bytes = Buffer.from(this.#text)
    this.#text = ''
    for (let written = 0; written < bytes.length && !this.closed; ) {
      try {
        written += writeSync(1, bytes, written)
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException
        if (code === 'EPIPE') this.closed = true
        // A pipe that another process made non-blocking, and whose reader is slow.
        else if (code === 'EAGAIN') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
        else throw error
      }
    }
  }
}
