/** Runs cells that a reader of the page asked for, as `repro run` does: one request at a time, and it can be stopped. */

import { hasErrors } from '../document/problem.ts'
import type { BuildEvent } from '../engine/event.ts'
import { jobsOf, localName } from '../engine/executors.ts'
import { openFiles } from '../files/tracked.ts'
import { build } from '../project/build.ts'
import { permission } from '../project/permission.ts'
import { DocumentError, openDocument, type Site } from '../project/site.ts'

/** What runs, for display. */
export interface Progress {
  readonly state: 'running' | 'stopping' | 'done' | 'failed' | 'stopped'
  readonly cells: readonly CellProgress[]
  /** What was told last, such as why a cell failed. */
  readonly text: string
}

export interface CellProgress {
  readonly name: string
  readonly state: 'waiting' | 'running' | 'done' | 'failed'
  readonly done: number
  readonly total: number
}

export interface Running {
  /** Undefined until something was run. */
  readonly progress: Progress | undefined
  /** Starts a run; false if one goes on. Cells are named `experiment/environment/pattern`. */
  start(cells: readonly string[]): boolean
  stop(): void
  /** Stops, and resolves when nothing runs. */
  close(): Promise<void>
}

/** `tell` is called at each change of the progress. */
export function openRunning(site: Site, tell: () => void): Running {
  let progress: Progress | undefined
  let abort: AbortController | undefined
  let running: Promise<void> | undefined
  const change = (next: Partial<Progress>) => {
    progress = { state: 'running', cells: [], text: '', ...progress, ...next }
    tell()
  }
  const changeCell = (name: string, next: Partial<CellProgress>) => {
    const cells = progress?.cells ?? []
    const known = cells.some((cell) => cell.name === name)
    const fresh: CellProgress = { name, state: 'waiting', done: 0, total: 0 }
    change({
      cells: (known ? cells : [...cells, fresh]).map((cell) =>
        cell.name === name ? { ...cell, ...next } : cell,
      ),
    })
  }
  const show = (event: BuildEvent) => {
    switch (event.type) {
      case 'note':
        return change({ text: event.text })
      case 'planned':
        for (const { name, trials } of event.cells) changeCell(name, { total: trials })
        return
      case 'started':
        return changeCell(event.name, { state: 'running' })
      case 'progress':
        return changeCell(event.name, { done: event.done, total: event.total })
      case 'finished':
        return changeCell(event.name, { state: 'done' })
      case 'failed':
        change({ text: event.error.message })
        return changeCell(event.name, { state: 'failed' })
      case 'setup':
      case 'log':
        return
    }
  }
  const run = async (cells: readonly string[], signal: AbortSignal) => {
    try {
      const files = openFiles(site.project)
      const opened = await openDocument(site, files)
      if (hasErrors(opened.document.file)) throw new DocumentError(opened.document.file)
      const asked = { rerun: [], only: cells, frozen: false, record: false, keepGoing: false, to: [] }
      // Who presses Run means it, as who types `repro run`.
      const allow = permission(site, opened, 'given', signal)
      const options = { ...asked, allow, jobs: jobsOf(localName), signal }
      const outcome = await build(site, opened, options, show, files)
      change({ state: outcome.failures.length > 0 ? 'failed' : 'done' })
    } catch (error) {
      if (signal.aborted) change({ state: 'stopped', text: '' })
      else change({ state: 'failed', text: error instanceof Error ? error.message : String(error) })
    }
  }
  const stop = () => {
    if (running === undefined) return
    change({ state: 'stopping' })
    abort?.abort(new Error('stopped'))
  }
  return {
    get progress() {
      return progress
    },
    start(cells) {
      if (running !== undefined) return false
      progress = undefined
      change({ cells: cells.map((name) => ({ name, state: 'waiting', done: 0, total: 0 })) })
      abort = new AbortController()
      running = run(cells, abort.signal).finally(() => {
        running = undefined
        tell()
      })
      return true
    },
    stop,
    async close() {
      stop()
      await running
    },
  }
}
