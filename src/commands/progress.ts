/** Shows a build as it goes on: a live display on a terminal, plain lines elsewhere. */

import type { BuildEvent } from '../build/event.ts'
import { tellFailure } from './messages.ts'

/** Where the display goes: standard error, or what stands for it in tests. */
export interface Screen {
  write(text: string): unknown
  readonly isTTY?: boolean
  readonly columns?: number
}

export interface Display {
  tell(event: BuildEvent): void
  /** Removes what moves and restores the cursor. Call it however the build ends. */
  close(): void
}

interface RunningCell {
  readonly startedMs: number
  readonly total: number
  done: number
}

const redrawMs = 125

/** `now` in milliseconds from any start. */
export function openDisplay(
  screen: Screen,
  variables: Readonly<Record<string, string | undefined>>,
  now: () => number = () => performance.now(),
): Display {
  const live = screen.isTTY === true && !variables.CI && variables.TERM !== 'dumb'
  return live ? liveDisplay(screen, !variables.NO_COLOR, now) : plainDisplay(screen, now)
}

/** One line when a cell starts and when it ends; of downloads one at every tenth. */
function plainDisplay(screen: Screen, now: () => number): Display {
  const starts = new Map<string, number>()
  const tenths = new Map<string, number>()
  return {
    tell(event) {
      if (event.type === 'started') starts.set(event.name, now())
      if (event.type === 'laboratory') {
        const { task, done, total } = event.update
        const tenth = total > 0 ? Math.floor((10 * done) / total) : 10
        if (tenths.get(task) === tenth) return
        tenths.set(task, tenth)
      }
      const text = lineOf(event, (name) => now() - (starts.get(name) ?? now()))
      if (text !== undefined) screen.write(`${text}\n`)
    },
    close() {},
  }
}

/** The line that stays of an event; undefined for those that only move the display. */
function lineOf(event: BuildEvent, lastedMs: (name: string) => number): string | undefined {
  switch (event.type) {
    case 'note':
      return event.text
    case 'laboratory':
      return laboratoryLine(event.update)
    case 'planned':
      return `${event.cells.length} ${event.cells.length === 1 ? 'cell' : 'cells'} to run`
    case 'started':
      return `run ${event.name}: ${event.reason}`
    case 'progress':
      return undefined
    case 'log':
      return `${event.name}: ${event.text}`
    case 'finished': {
      const excluded = event.excluded > 0 ? `, ${event.excluded} excluded` : ''
      return `done ${event.name}: ${event.rows} rows${excluded}, ${duration(lastedMs(event.name))}`
    }
    case 'failed':
      return tellFailure(event.error).text
  }
}

function laboratoryLine({
  task,
  done,
  total,
  unit,
  note,
}: Extract<BuildEvent, { type: 'laboratory' }>['update']): string {
  const amount = unit === 'bytes' ? `${megabytes(done)}/${megabytes(total)} MB` : `${done}/${total} ${unit}`
  return `laboratory: ${task} ${amount}${note === undefined ? '' : ` ${note}`}`
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0)
}

function liveDisplay(screen: Screen, colour: boolean, now: () => number): Display {
  const startedMs = now()
  const running = new Map<string, RunningCell>()
  let planned = new Map<string, number>()
  let ended = 0
  let endedTrials = 0
  let laboratory: string | undefined
  let drawnLines = 0
  let drawnMs = Number.NEGATIVE_INFINITY
  let runsSinceMs = startedMs
  const paint = (code: number, text: string) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text)

  const erase = () => (drawnLines > 0 ? `\u001b[${drawnLines}A\u001b[J` : '')
  const draw = (above = '') => {
    const lines = frame()
    const width = Math.max(20, (screen.columns || 80) - 1)
    const text = lines.map(({ text, code }) => `${paint(code, text.slice(0, width))}\n`).join('')
    screen.write(`\u001b[?25l${erase()}${above}${text}`)
    drawnLines = lines.length
    drawnMs = now()
  }
  const frame = (): readonly { text: string; code: number }[] => {
    const lines: { text: string; code: number }[] = []
    if (laboratory !== undefined) lines.push({ text: laboratory, code: 36 })
    if (planned.size === 0) return lines
    const at = now()
    const totalTrials = [...planned.values()].reduce((sum, trials) => sum + trials, 0)
    const doneTrials = endedTrials + [...running.values()].reduce((sum, { done }) => sum + done, 0)
    const bar = barOf(totalTrials === 0 ? 0 : doneTrials / totalTrials, 24)
    const left =
      doneTrials === 0
        ? ''
        : `, about ${duration(((at - runsSinceMs) * (totalTrials - doneTrials)) / doneTrials)} left`
    lines.push({ text: `${bar} ${ended}/${planned.size} cells, ${duration(at - startedMs)}${left}`, code: 1 })
    for (const [name, cell] of running) {
      lines.push({
        text: `  ${name}  ${cell.done}/${cell.total} trials, ${duration(at - cell.startedMs)}`,
        code: 0,
      })
    }
    return lines
  }
  const timer = setInterval(() => draw(), 1000)
  timer.unref()

  return {
    tell(event) {
      switch (event.type) {
        case 'laboratory':
          laboratory = laboratoryLine(event.update)
          break
        case 'planned':
          laboratory = undefined
          planned = new Map(event.cells.map(({ name, trials }) => [name, trials]))
          runsSinceMs = now()
          break
        case 'started':
          running.set(event.name, { startedMs: now(), done: 0, total: planned.get(event.name) ?? 0 })
          break
        case 'progress': {
          const cell = running.get(event.name)
          if (cell) cell.done = event.done
          break
        }
        case 'note':
        case 'log':
        case 'finished':
        case 'failed':
          break
      }
      const moves = event.type === 'progress' || event.type === 'laboratory' || event.type === 'planned'
      const line = moves
        ? undefined
        : lineOf(event, (name) => now() - (running.get(name)?.startedMs ?? now()))
      if (event.type === 'finished' || event.type === 'failed') {
        running.delete(event.name)
        ended += 1
        endedTrials += planned.get(event.name) ?? 0
      }
      if (line !== undefined) draw(`${line}\n`)
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
