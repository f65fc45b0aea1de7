/** Shows a build's progress: a live display on a terminal, plain lines elsewhere. */

import type { BuildEvent, Planned, TellEvent } from '../../engine/event.ts'
import { counted } from '../../text/message.ts'
import { failureReport } from './messages.ts'
import { type CellTime, remainingMs } from './remaining.ts'
import { standardError, visible } from './terminal.ts'

/** Target of the display: standard error, or a substitute in tests. */
export interface Screen {
  write(text: string): unknown
  readonly isTTY?: boolean
  readonly columns?: number
}

export interface Display {
  tell(event: BuildEvent): void
  /** Removes the live part and restores the cursor. Always call it, however the build ends. */
  close(): void
}

const redrawMs = 125
/** Of cells that run. */
const mostLines = 16

/** Shows the events of slow work on standard error. */
export async function withDisplay<Result>(work: (tell: TellEvent) => Promise<Result>): Promise<Result> {
  const display = openDisplay(standardError, process.env)
  try {
    return await work((event) => display.tell(event))
  } finally {
    display.close()
  }
}

export function openDisplay(
  screen: Screen,
  variables: Readonly<Record<string, string | undefined>>,
  now: () => number = () => performance.now(),
): Display {
  const live = screen.isTTY === true && !variables.CI && variables.TERM !== 'dumb'
  return live ? liveDisplay(screen, !variables.NO_COLOR, now) : plainDisplay(screen, now)
}

/** Prints a line when a cell starts and ends, and at every tenth of a download. */
function plainDisplay(screen: Screen, now: () => number): Display {
  const starts = new Map<string, number>()
  const tenths = new Map<string, number>()
  return {
    tell(event) {
      if (event.type === 'started') starts.set(event.name, now())
      if (event.type === 'setup') {
        const { task, done, total } = event.update
        const tenth = total > 0 ? Math.floor((10 * done) / total) : 10
        if (tenths.get(task) === tenth) return
        tenths.set(task, tenth)
      }
      const text = lineOf(event, (name) => now() - (starts.get(name) ?? now()))
      if (text !== undefined) screen.write(`${visible(text)}\n`)
    },
    close() {},
  }
}

/** Returns the permanent line of an event; undefined for those that only update the display. */
function lineOf(event: BuildEvent, lastedMs: (name: string) => number): string | undefined {
  switch (event.type) {
    case 'note':
      return event.text
    case 'setup':
      return toolchainLine(event.update)
    case 'planned': {
      const left = remainingMs(event.cells.map(waiting), event.jobs, 0)
      const about = left === undefined || left === 0 ? '' : `, about ${duration(left)}`
      return `${counted(event.cells.length, 'cell')} to run${about}`
    }
    case 'started':
      return `run ${event.name}: ${event.reason}`
    case 'progress':
      return undefined
    case 'log':
      return `${event.name}: ${event.text}`
    case 'finished': {
      const excluded = event.excluded > 0 ? `, ${event.excluded} excluded` : ''
      return `done ${event.name}: ${counted(event.rows, 'row')}${excluded}, ${duration(lastedMs(event.name))}`
    }
    case 'failed':
      return failureReport(event.error).text
  }
}

function waiting({ trials, boots, seconds }: Planned): CellTime {
  return { trials, boots, expectedMs: seconds === undefined ? undefined : seconds * 1000, done: 0 }
}

function toolchainLine({
  task,
  done,
  total,
  unit,
  note,
}: Extract<BuildEvent, { type: 'setup' }>['update']): string {
  const amount = unit === 'bytes' ? `${megabytes(done)}/${megabytes(total)} MB` : `${done}/${total} ${unit}`
  return `laboratory: ${task} ${amount}${note === undefined ? '' : ` ${note}`}`
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0)
}

function liveDisplay(screen: Screen, colour: boolean, now: () => number): Display {
  const startedMs = now()
  const cells = new Map<string, CellTime>()
  let jobs = 1
  let toolchain: string | undefined
  let drawnLines = 0
  let drawnMs = Number.NEGATIVE_INFINITY
  const paint = (code: number, text: string) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text)

  const erase = () => (drawnLines > 0 ? `\u001b[${drawnLines}A\u001b[J` : '')
  const draw = (above = '') => {
    const lines = frame()
    // A question may stand there.
    if (lines.length === 0 && above === '' && drawnLines === 0) return
    const width = Math.max(20, (screen.columns || 80) - 1)
    const text = lines.map(({ text, code }) => `${paint(code, text.slice(0, width))}\n`).join('')
    screen.write(`\u001b[?25l${erase()}${above}${text}`)
    drawnLines = lines.length
    drawnMs = now()
  }
  const frame = (): readonly { text: string; code: number }[] => {
    const lines: { text: string; code: number }[] = []
    if (toolchain !== undefined) lines.push({ text: toolchain, code: 36 })
    if (cells.size === 0) return lines
    const at = now()
    const all = [...cells.values()]
    const total = all.reduce((sum, { trials }) => sum + trials, 0)
    const done = all.reduce((sum, cell) => sum + (cell.tookMs === undefined ? cell.done : cell.trials), 0)
    const leftMs = remainingMs(all, jobs, at)
    const left = leftMs === undefined ? '' : `, about ${duration(leftMs)} left`
    const ended = all.filter(({ tookMs }) => tookMs !== undefined).length
    const bar = barOf(total === 0 ? 0 : done / total, 24)
    lines.push({ text: `${bar} ${ended}/${cells.size} cells, ${duration(at - startedMs)}${left}`, code: 1 })
    const running = [...cells].filter(([, cell]) => cell.startedMs !== undefined && cell.tookMs === undefined)
    // Thousands may wait in a queue: those that have done something come first.
    const shown = running.toSorted(([, a], [, b]) => Number(b.done > 0) - Number(a.done > 0))
    for (const [name, { startedMs = at, done, trials }] of shown.slice(0, mostLines)) {
      lines.push({
        text: visible(`  ${name}  ${done}/${counted(trials, 'trial')}, ${duration(at - startedMs)}`),
        code: 0,
      })
    }
    if (shown.length > mostLines) lines.push({ text: `  and ${shown.length - mostLines} more`, code: 0 })
    return lines
  }
  const change = (name: string, part: Partial<CellTime>) => {
    const cell = cells.get(name)
    if (cell) cells.set(name, { ...cell, ...part })
  }
  const timer = setInterval(() => draw(), 1000)
  timer.unref()

  return {
    tell(event) {
      switch (event.type) {
        case 'setup':
          toolchain = visible(toolchainLine(event.update))
          break
        case 'planned':
          toolchain = undefined
          for (const cell of event.cells) cells.set(cell.name, waiting(cell))
          jobs = event.jobs
          break
        case 'started':
          change(event.name, { startedMs: now() })
          break
        case 'progress':
          change(event.name, { done: event.done })
          break
        case 'note':
        case 'log':
        case 'finished':
        case 'failed':
          break
      }
      const moves = event.type === 'progress' || event.type === 'setup' || event.type === 'planned'
      const lastedMs = (name: string) => now() - (cells.get(name)?.startedMs ?? now())
      const line = moves ? undefined : lineOf(event, lastedMs)
      if (event.type === 'finished' || event.type === 'failed')
        change(event.name, { tookMs: lastedMs(event.name) })
      if (line !== undefined) draw(`${visible(line)}\n`)
      else if (now() - drawnMs >= redrawMs) draw()
    },
    close() {
      clearInterval(timer)
      screen.write(`${erase()}\u001b[?25h`)
      drawnLines = 0
    },
  }
}

function barOf(fraction: number, width: number): string {
  const full = Math.round(Math.min(1, fraction) * width)
  return `[${'#'.repeat(full)}${'.'.repeat(width - full)}]`
}

/** `4.2 s`, `3 min 05 s`. */
export function duration(ms: number): string {
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`
  const seconds = Math.round(ms / 1000)
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`
}
