/**
 * A session: a live document whose page is made anew after each change, for those who follow it. Followers
 * get what they lack: the blocks of a page that are new to them, the problems with the blocks that they
 * belong to, and what runs.
 */

import { randomInt } from 'node:crypto'
import { setImmediate as turn, setTimeout } from 'node:timers/promises'
import { wholeLine } from '../document/include.ts'
import type { Step } from '../engine/plan.ts'
import { contentOf } from '../files/ordinary.ts'
import { type LiveDocument, type LiveProblem, type Look, openLive, type Shown } from '../project/live.ts'
import type { Opened, Site } from '../project/site.ts'
import type { LivePage, PageBlock } from '../report/model.ts'
import { runName } from '../results/run.ts'
import { changesOf, type SentBlock } from './blocks.ts'
import { openWatching, type Watching } from './watch.ts'

/** A problem, and the block of the page where it shows; absent if it is not of the text. */
export interface PlacedProblem extends LiveProblem {
  readonly block?: number
}

/** A cell that would run, and why. */
export interface Waiting {
  readonly name: string
  readonly reason: string
}

export interface Update {
  readonly version: number
  readonly title: string
  /** Absent if the page is as it was. */
  readonly blocks?: readonly SentBlock[]
  /** Absent if it is as it was. */
  readonly style?: string
  /** The head of the page is another one: load it again. */
  readonly reload?: true
  readonly problems: readonly PlacedProblem[]
  readonly waiting: readonly Waiting[]
}

export interface Session {
  readonly document: string
  /** Documents in other languages, whose reports its page links to. */
  readonly translations: readonly string[]
  /** The page as it is now, and its version. */
  readonly page: { readonly text: string; readonly version: number }
  /** The blocks of a version, without their HTML; undefined of one that is forgotten, or of another start. */
  blocksOf(version: number): readonly SentBlock[] | undefined
  /** What a follower who shows a version needs to show the current one. */
  updateFrom(version: number): Update
  /** Cells that would run now. */
  readonly waiting: readonly Waiting[]
  /** Calls `tell` after each change of page, problems or cells; returns what ends that. */
  onChange(tell: () => void): () => void
  /** Looks now, even if no event came. Resolves when the page is up to date. */
  look(): Promise<void>
  close(): Promise<void>
}

/** Versions that a browser may come back from, after its machine slept. */
const mostVersions = 50

interface Version {
  readonly number: number
  readonly frame: string
  readonly style: string
  readonly blocks: readonly PageBlock[]
}

/** Opens a document, and resolves when its page has been made. */
export async function openSession(site: Site, note: (text: string) => void): Promise<Session> {
  const tellers = new Set<() => void>()
  const versions: Version[] = []
  // A page of an earlier start must not be taken for one of this.
  const first = randomInt(2 ** 40)
  let shown: Shown | undefined
  let failure: LiveProblem | undefined
  let state = ''
  let isClosed = false
  let isDirty = false
  let looking: Promise<void> | undefined
  const watching: Watching = openWatching(site.project, () => void look(), note)
  const live: LiveDocument = await openLive(site, watching)

  const show = async (look: Look) => {
    shown = await live.show(shown ? withHead(look, shown.opened) : look)
  }
  let text = ''
  const lookOnce = async () => {
    try {
      text = await wholeText(site, text)
      // Whoever writes sees the text at once, and a moment later what is wrong with it.
      const unchecked = async (early: Look) => {
        // What is to run, which another script decides for many cells, is known long before the page.
        if (shown) shown = { ...shown, steps: early.steps }
        await publish()
        await show(early)
        await publish()
        // Leaves the processors to browsers that render the change.
        if (tellers.size > 0) await setTimeout(showingMs)
      }
      const look = await live.look(undefined, { unchecked })
      await show(look)
      watching.follow(Object.keys(look.files.fingerprints()))
      failure = undefined
    } catch (error) {
      // The page of before stays, with what is wrong.
      failure = problemOf(error, site)
    }
    await publish()
  }
  const publish = async () => {
    const page = shown?.page ?? emptyPage(site)
    const before = versions.at(-1)
    const now = JSON.stringify([problemsOf(), waitingOf(shown?.steps ?? [])])
    const isSame = before !== undefined && isEqual(before, page)
    if (!isSame)
      versions.push({
        ...{ number: (before?.number ?? first) + 1, frame: page.frame },
        ...{ style: page.style, blocks: page.blocks },
      })
    if (versions.length > mostVersions) versions.shift()
    if (isSame && now === state) return
    state = now
    for (const tell of tellers) tell()
    // What was told leaves before more is computed.
    await turn()
  }
  const look = async (): Promise<void> => {
    isDirty = true
    looking ??= (async () => {
      while (isDirty && !isClosed) {
        isDirty = false
        await lookOnce()
      }
      looking = undefined
    })()
    await looking
  }
  const problemsOf = (): readonly PlacedProblem[] => {
    const blocks = versions.at(-1)?.blocks ?? []
    const problems = [...(failure ? [failure] : []), ...(shown?.problems ?? [])]
    return problems.slice(0, mostProblems).map((problem) => {
      const line = shown && wholeLine(shown.opened.document.file, problem.path, problem.line)
      const block = line === undefined ? undefined : blockAt(blocks, line)
      return { ...problem, ...(block === undefined ? {} : { block }) }
    })
  }
  const current = () => versions.at(-1) ?? { number: 0, frame: '', style: '', blocks: [] }
  await look()
  return {
    document: site.document,
    get translations() {
      return shown?.opened.translations.map(({ file }) => file) ?? []
    },
    get page() {
      return { text: shown?.page.text ?? emptyPage(site).text, version: current().number }
    },
    get waiting() {
      return waitingOf(shown?.steps ?? [])
    },
    blocksOf(version) {
      const found = versions.find(({ number }) => number === version)
      return found && changesOf(found.blocks, found.blocks)
    },
    updateFrom(version) {
      const now = current()
      const before = versions.find(({ number }) => number === version)
      const common = {
        version: now.number,
        title: shown?.page.title ?? '',
        problems: problemsOf(),
        waiting: waitingOf(shown?.steps ?? []),
      }
      if (before === now) return common
      if (before === undefined || before.frame !== now.frame) return { ...common, reload: true }
      const style = before.style === now.style ? {} : { style: now.style }
      return { ...common, ...style, blocks: changesOf(before.blocks, now.blocks) }
    },
    onChange(tell) {
      tellers.add(tell)
      return () => void tellers.delete(tell)
    },
    look,
    async close() {
      isClosed = true
      watching.close()
      await looking
      live[Symbol.dispose]()
    },
  }
}

/**
 * Returns a look with the front matter of before if its own cannot be read, as while it is typed: else the
 * page would lose its header and language, and get them back.
 */
function withHead(
  look: Look,
  { document: { frontMatter, abstract }, published, translations }: Opened,
): Look {
  const { opened } = look
  if (frontMatter.title === '' || opened.document.frontMatter.title !== '') return look
  const document = { ...opened.document, frontMatter, ...(abstract && { abstract }) }
  return { ...look, opened: { ...opened, document, published, translations } }
}

/** An editor that writes into the file itself empties it, and fills it within this. */
const fillingMs = 300

/**
 * Returns the text of the document, but not while it is only the start of what it was, and cut within a line.
 */
async function wholeText({ project, document }: Site, before: string): Promise<string> {
  const isCut = (text: string) =>
    text.length < before.length && !text.endsWith('\n') && before.startsWith(text)
  for (let waitedMs = 0; ; waitedMs += 15) {
    const text = Buffer.from(contentOf(project, document) ?? '').toString('utf8')
    if (waitedMs >= fillingMs || !isCut(text)) return text
    await setTimeout(15)
  }
}

/** A browser shows a change of a page within it. */
const showingMs = 50

/** Problems that a page shows; of a broken document there may be thousands. */
const mostProblems = 200

function isEqual(before: Version, { frame, style, blocks }: LivePage): boolean {
  return (
    before.frame === frame &&
    before.style === style &&
    before.blocks.length === blocks.length &&
    before.blocks.every((block, index) => isSameBlock(block, blocks[index]))
  )
}

function isSameBlock(a: PageBlock, b: PageBlock | undefined): boolean {
  if (b === undefined || a.into !== b.into || a.type !== b.type) return false
  return a.type === 'holder'
    ? b.type === 'holder' && a.name === b.name
    : b.type === 'block' && a.hash === b.hash
}

/** Index of the block that has a line of the document, or of the last one before it. */
export function blockAt(blocks: readonly PageBlock[], line: number): number | undefined {
  let found: number | undefined
  for (const [index, block] of blocks.entries()) {
    if (block.type !== 'block' || block.lines === undefined) continue
    if (block.lines[0] > line) break
    found = index
  }
  return found
}

function waitingOf(steps: readonly Step[]): readonly Waiting[] {
  return steps.flatMap(({ cell, status }) =>
    'reason' in status && status.type !== 'damaged' ? [{ name: runName(cell), reason: status.reason }] : [],
  )
}

function problemOf(error: unknown, { document }: Site): LiveProblem {
  const message = error instanceof Error ? error.message : String(error)
  return { severity: 'error', message, path: document, line: 1, column: 1 }
}

/** Shown until a first page could be made. */
function emptyPage({ document }: Site): LivePage {
  const name = document.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`)
  const text = `<!doctype html>\n<html><head><meta charset="utf-8"><title>${name}</title></head><body><main><article></article></main></body></html>\n`
  return {
    ...{ text, title: document, style: '', frame: 'empty' },
    blocks: [
      { into: 'body', type: 'holder', name: 'main' },
      { into: 'main', type: 'holder', name: 'article' },
    ],
  }
}
