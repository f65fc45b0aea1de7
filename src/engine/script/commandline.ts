/**
 * Words of a command line that may name files. Of a shell's syntax it knows words, quotes, redirections, `cd`
 * and patterns; what variables and loops make of them, only the shell knows.
 */

import { basename } from 'node:path'

export interface CommandLine {
  /** Words, and parts of words: `-fdata/prog.awk`, `--file=data/x`. */
  readonly words: readonly string[]
  /** Words that the shell expands: `data/*.csv`. */
  readonly patterns: readonly string[]
  /** Folders where its programs may run, besides the one where it starts. */
  readonly folders: readonly string[]
  /** True if its programs are known to open only what it names. */
  readonly isFollowed: boolean
}

/** Programs and shell commands that open only the files that their arguments name. */
const plain: ReadonlySet<string> = new Set([
  ...[':', '[', 'cd', 'echo', 'exit', 'false', 'printf', 'set', 'test', 'true', 'wait'],
  ...['basename', 'cat', 'cmp', 'cut', 'date', 'dirname', 'expr', 'head', 'md5sum', 'mkdir', 'nproc', 'rm'],
  ...['seq', 'sha256sum', 'sleep', 'tail', 'touch', 'tr', 'uname', 'uniq', 'wc'],
])
const shells: ReadonlySet<string> = new Set(['sh', 'bash', 'dash', 'ksh', 'zsh'])
/** Commands whose argument is a folder, though they do not list it. */
const entering: ReadonlySet<string> = new Set(['cd', 'pushd', 'mkdir', 'rm', 'touch'])

/** Reads a command with its arguments, or with `isShell` a line of a shell. */
export function readCommand(command: string, args: readonly string[], isShell: boolean): CommandLine {
  if (isShell) return readLine([command, ...args].join(' '))
  const script = shells.has(basename(command)) ? args.findIndex((word) => /^-\w*c$/.test(word)) : -1
  const line = args[script + 1]
  if (script >= 0 && line !== undefined) {
    const read = readLine(line)
    return { ...read, words: [...read.words, ...args.slice(script + 2).flatMap(partsOf)] }
  }
  const folders = args.filter((_, index) => /^(?:-C|--directory)$/.test(args[index - 1] ?? ''))
  const isFollowed = plain.has(basename(command))
  return { words: [command, ...args].flatMap(partsOf), patterns: [], folders, isFollowed }
}

/** The word, and what may be a path in it. */
function partsOf(word: string): readonly string[] {
  const glued = word.startsWith('-') ? [word.slice(2), word.slice(word.indexOf('=') + 1)] : []
  return [word, ...glued, ...word.split(/[\s'"`=;|&<>(),:@]+/)]
}

interface Word {
  text: string
  /** A shell expands it, as a pattern or in another way. */
  isPattern: boolean
  isComputed: boolean
}

const token =
  /\$'(?<ansi>(?:\\.|[^'\\])*)'|'(?<single>[^']*)'|"(?<double>(?:\\.|[^"\\])*)"|\\(?<escaped>.)|(?<blank>[ \t]+|\\\n)|(?<redirect>[<>]+&?)|(?<end>[|&;()\n]+)|(?<bare>(?:[^\s'"\\<>|&;()$]|\$(?!'))+|.)/gs

function readLine(line: string): CommandLine {
  const words: string[] = []
  const patterns: string[] = []
  const folders: string[] = []
  let isFollowed = true
  let word: Word | undefined
  let command: string | undefined
  let redirect = ''

  const finish = () => {
    if (word === undefined) return
    const { text, isPattern, isComputed } = word
    const isTarget = redirect !== ''
    const isWritten = redirect === '>' || redirect.endsWith('&')
    if (isComputed) isFollowed = false
    if (isPattern) patterns.push(text)
    else if (!isWritten && (isTarget || command === undefined || !entering.has(command)))
      words.push(...partsOf(text))
    if (!isTarget && command === undefined && !/^\w+=/.test(text)) {
      command = basename(text)
      isFollowed &&= plain.has(command)
    } else if (command === 'cd' || command === 'pushd' || text === '-C') folders.push(text)
    word = undefined
    redirect = ''
  }
  const add = (text: string, { isPattern = false, isComputed = false } = {}) => {
    word ??= { text: '', isPattern: false, isComputed: false }
    word.text += text
    word.isPattern ||= isPattern
    word.isComputed ||= isComputed
  }

  for (const { groups = {} } of line.matchAll(token)) {
    const { ansi, single, double, escaped, bare, end } = groups
    if (ansi !== undefined) add(ansi.replace(/\\(.)/gs, (_, one: string) => controls[one] ?? one))
    else if (double !== undefined)
      add(double.replace(/\\(["\\$`])/g, '$1'), { isComputed: /[$`]/.test(double) })
    else if (single !== undefined) add(single)
    else if (escaped !== undefined) add(escaped)
    else if (bare !== undefined)
      add(bare, { isPattern: /[*?[]/.test(bare) && bare !== '[', isComputed: /[$`{~]/.test(bare) })
    else {
      finish()
      redirect = groups.redirect ?? redirect
      if (end !== undefined) {
        command = undefined
        redirect = ''
      }
    }
  }
  finish()
  return { words, patterns, folders, isFollowed }
}

const controls: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', f: '\f', v: '\v' }
