/**
 * Typst's compiler, by `@myriaddreamin/typst-ts-node-compiler`: an optional peer dependency, as it has 51 MB.
 * It runs in a process of its own (compilerprocess.ts), as a few kilobytes of text can ask it for hours or
 * gigabytes, and a build must go on to hear Ctrl-C. It is looked for from this program and never from a
 * project, as nothing of a stranger's folder may run.
 */

import type { ChildProcess } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { answerWithin, hasEnded, isOutOfMemory, nextAnswer, startConfined } from '../../files/confined.ts'

/** What to install, as package.json pins it. */
export const compilerPackage = '@myriaddreamin/typst-ts-node-compiler'
export const compilerVersion = '0.7.0'

/** What a compilation says of its source. */
export interface Mistake {
  readonly message: string
  /** Line of the source from 1, if it is known. */
  readonly line?: number
  /** Whether it took too long or too much memory, most likely for what is longest. */
  readonly isLimit?: true
}

/** A PDF, or what is wrong. */
export type Compiled =
  | { readonly pdf: Uint8Array }
  /** Characters that none of the fonts has are no mistakes yet: they can be written otherwise. */
  | { readonly mistakes: readonly Mistake[]; readonly withoutGlyph: readonly string[] }

/** `files` by path from the source. `isTagged`: PDF/UA-1, else a plain PDF such as a figure. */
export type Compile = (
  source: string,
  files: ReadonlyMap<string, string | Uint8Array>,
  isTagged: boolean,
) => Promise<Compiled>

export interface Compiler {
  /** A compilation at a limit is a mistake without a line. */
  readonly compile: Compile
  [Symbol.dispose](): void
}

export interface CompileLimits {
  /**
   * Of processor time for each compilation, and more for each megabyte (10^6) of its files, up to a limit.
   */
  readonly seconds: number
  readonly secondsPerMb: number
  readonly mostSeconds: number
  /** Beside what the program itself needs. */
  readonly memoryMb: number
}

/** The study of this project, 35 pages of 3.8 MB, needs about 2 s; the longest possible texts, 3 s. */
export const compileLimits: CompileLimits = { seconds: 5, secondsPerMb: 1, mostSeconds: 8, memoryMb: 1024 }

/** What to do at a limit. */
const advice = 'print less: shorten or split its longest table, listing or paragraph'

export interface CompileOrder {
  /** Path of the library. */
  readonly library: string
  readonly source: string
  readonly files: ReadonlyMap<string, string | Uint8Array>
  readonly isTagged: boolean
}

export type CompileAnswer =
  | { readonly type: 'ready' }
  | { readonly type: 'compiled'; readonly compiled: Compiled }
  /** A fault of the compiler itself. */
  | { readonly type: 'failed'; readonly message: string }

/** Whether the compiler is installed beside this program. */
export function hasCompiler(): boolean {
  return resolved() !== undefined
}

function resolved(): string | undefined {
  const { resolve } = createRequire(import.meta.url)
  try {
    return resolve(compilerPackage)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return undefined
    throw error
  }
}

/** Throws an error if the compiler is not installed. */
export function openCompiler(limits = compileLimits): Compiler {
  const library = resolved()
  if (library === undefined) throw new Error(`${compilerPackage} is not installed`)
  let child: ChildProcess | undefined
  let before: Promise<unknown> = Promise.resolve()
  let isOver = false
  const compile: Compile = async (source, files, isTagged) => {
    if (isOver) return refused('not made, as one before it took too long or too much memory')
    if (child === undefined || hasEnded(child)) child = await started(library, limits)
    const compiled = await interruptible(child, answered(child, { library, source, files, isTagged }, limits))
    isOver = hasEnded(child) || child.killed
    return compiled
  }
  return {
    compile(...given) {
      const compiled = before.then(() => compile(...given))
      before = compiled.catch(() => {})
      return compiled
    },
    [Symbol.dispose]() {
      child?.kill('SIGKILL')
    },
  }
}

function refused(message: string): Compiled {
  return { mistakes: [{ message, isLimit: true }], withoutGlyph: [] }
}

async function started(library: string, { memoryMb }: CompileLimits): Promise<ChildProcess> {
  // Its parts for each system are packages, too, which package managers lay anywhere in there.
  const folder = /^.*?[\\/]node_modules(?=[\\/])/.exec(library)?.[0] ?? dirname(library)
  const child = startConfined('compiler.js', memoryMb, { folder })
  const answer = await nextAnswer<CompileAnswer>(child)
  if (answer.type === 'ready') return child
  throw new Error(
    `the process of Typst's compiler does not start (${answer.type === 'ended' ? answer.status : answer.type})`,
  )
}

/** Ends a process when this one is asked to end, also where only this one was sent the signal. */
async function interruptible<Result>(child: ChildProcess, result: Promise<Result>): Promise<Result> {
  const end = () => void child.kill('SIGINT')
  // Who has no listener of its own ends by itself, and must go on to do so.
  const names = (['SIGINT', 'SIGTERM', 'SIGHUP'] as const).filter((name) => process.listenerCount(name) > 0)
  for (const name of names) process.on(name, end)
  try {
    return await result
  } finally {
    for (const name of names) process.off(name, end)
  }
}

async function answered(child: ChildProcess, order: CompileOrder, limits: CompileLimits): Promise<Compiled> {
  const bytes = [...order.files.values()].reduce((sum, { length }) => sum + length, 0)
  const wanted = Math.ceil(limits.seconds + (limits.secondsPerMb * bytes) / 1e6)
  const seconds = Math.min(limits.mostSeconds, wanted)
  const waiting = answerWithin<CompileAnswer>(child, seconds)
  child.send(order)
  const answer = await waiting
  if (answer.type === 'compiled') return answer.compiled
  if (answer.type === 'late')
    return refused(`it takes longer than ${seconds} s of processor time (${advice})`)
  if (answer.type === 'ended') {
    if (['SIGINT', 'SIGTERM', 'SIGHUP'].includes(answer.status)) throw new Error('interrupted')
    if (isOutOfMemory(answer))
      return refused(`it needs more than ${limits.memoryMb} MB of memory (${advice})`)
  }
  throw new Error(
    `the process of Typst's compiler failed: ${answer.type === 'failed' ? answer.message : answer.type === 'ended' ? answer.status : answer.type}`,
  )
}
