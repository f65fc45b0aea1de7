/** Writes papers to begin with, and adds blocks to documents. */

import { chmodSync, readFileSync, statSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import {
  idOf,
  type NewBlock,
  newClaim,
  newExperiment,
  newFigure,
  newTable,
  type NewType,
  scriptNamed,
  type Shown,
} from '../../begin/block.ts'
import { insertBlock } from '../../begin/insert.ts'
import { measureOf } from '../../begin/measure.ts'
import {
  entryAt,
  type NewFiles,
  refuseTaken,
  templateFiles,
  templates,
  writeNew,
} from '../../begin/template.ts'
import { type Workflow, workflowOf } from '../../begin/workflow.ts'
import type { Document } from '../../document/document.ts'
import { RequestError } from '../../engine/cells.ts'
import { writeAtomically } from '../../files/drafts.ts'
import { realPathInside } from '../../files/ordinary.ts'
import { openFiles } from '../../files/tracked.ts'
import { openConsent } from '../../project/consent.ts'
import { reportFile } from '../../project/manifest.ts'
import type { Site } from '../../project/site.ts'
import { defaultDocument } from '../../results/run.ts'
import { cacheFolder } from '../../testbed/cache.ts'
import { present } from '../../text/message.ts'
import { invocation, shellWord } from '../../text/program.ts'
import { hint } from '../../text/spelling.ts'
import { openValid, pathFromHere } from '../terminal/messages.ts'
import { exitCodes, print } from '../terminal/terminal.ts'

const ignoreFile = '.gitignore'

/** Writes a template's files into a folder. Throws a RequestError, before anything is written, if one is in the way. */
export function writePaper(given: string, name: string, withWorkflow: boolean): number {
  const folder = resolve(given)
  const template = templates.get(name)
  if (template === undefined) throw new Error(`no template ${name}`)
  const all = templateFiles(template)
  const files = new Map([...all].filter(([path]) => path !== ignoreFile || !entryAt(join(folder, path))))
  refuseTaken(folder, files.keys(), `A new folder has room: ${invocation} init DIR`)
  const workflow = withWorkflow ? freeWorkflow(folder, defaultDocument) : undefined
  // A folder that has experiments already may be somebody else's paper.
  const isOwn = !['paper', 'experiments', 'results'].some((name) => entryAt(join(folder, name)))
  writeAll(folder, files)
  if (isOwn) openConsent(folder, cacheFolder()).remember([], true)
  if (workflow) writeAll(workflow.folder, workflow.files)
  const document = pathFromHere(folder, defaultDocument)
  const line = (what: string) => `${invocation} ${what}${argument(document)}`
  printAll([
    ...(files.has(ignoreFile) ? [] : ignoreNotes(folder, all.get(ignoreFile) ?? '')),
    ...(workflow?.notes ?? []),
    '',
    'Next:',
    template.before && `  ${template.before(pathFromHere(folder, 'experiments/environments.yaml'))}`,
    `  ${line('build')}    # runs the experiment, and writes ${pathFromHere(folder, reportFile(defaultDocument))}`,
    `  ${line('verify')}   # gives the claim a verdict`,
    `Then open the page in a browser, change ${document}, and build again.`,
  ])
  return exitCodes.done
}

/** Adds a workflow file for a document. Throws a RequestError if one is there. */
export function addWorkflow({ project, document }: Site): number {
  const workflow = freeWorkflow(project, document)
  writeAll(workflow.folder, workflow.files)
  printAll([
    ...workflow.notes,
    '',
    'Next: commit it and push; the page needs "GitHub Actions" as its source (Settings, Pages).',
  ])
  return exitCodes.done
}

function freeWorkflow(project: string, document: string): Workflow {
  const workflow = workflowOf(project, document)
  refuseTaken(workflow.folder, workflow.files.keys(), 'Delete or rename it for a new one.')
  return workflow
}

/**
 * Adds a block of a type, and its file. Throws a DocumentError for a document with errors, a RequestError for a name or
 * a file that is taken.
 */
export async function addBlock(site: Site, type: NewType, name: string, from?: string): Promise<number> {
  const { project } = site
  const files = openFiles(project)
  const { document } = await openValid(site, files)
  const path = pathFromHere(project, site.document)
  if (document.original)
    throw new RequestError(
      `${path} is a translation: its blocks come from ${document.original.file.path}; add the ${type} there`,
    )
  const script = type === 'experiment' ? scriptNamed(name) : undefined
  const id = idOf(type, script?.name ?? name)
  refuseTakenId(document, id, path)
  const found = type === 'experiment' ? undefined : shownBy(document, type, from, path)
  const measure = found && measureOf(found, site, files)
  const block = script
    ? newExperiment(id, script.extension)
    : blockOf(type, id, found && measure && { experiment: found, ...measure })
  const { text, line } = insertBlock(document, type, id, block.text)
  refuseTaken(project, block.files.keys(), 'Take another name.')
  writeAll(project, block.files)
  await replaceText(project, site.document, text)
  print(`added ${type} ${id} to ${path}:${line}`)
  const file = [...block.files.keys()].map((one) => pathFromHere(project, one))[0]
  printAll([
    '',
    measure?.isSure === false &&
      `There is no run of ${found?.id} yet: if it does not measure ${measure.measure.name}, put a name that it has ${file === undefined ? 'into the block' : `into ${file}`}.`,
    nextStep(type, id, file),
    `Then: ${invocation} ${type === 'claim' ? 'verify' : 'build'}${argument(path)}`,
  ])
  return exitCodes.done
}

function refuseTakenId({ fences }: Document, id: string, path: string): void {
  const taken = fences.find((fence) => fence.id === id)
  if (taken === undefined) return
  throw new RequestError(`${taken.type} ${id} is already in ${path}:${taken.idPlace.line}: take another name`)
}

/** The experiment that a new block shows. */
function shownBy({ blocks }: Document, type: NewType, from: string | undefined, path: string) {
  const experiments = blocks.filter((block) => block.type === 'experiment')
  const found = from === undefined ? experiments.at(-1) : experiments.find(({ id }) => id === from)
  if (found !== undefined) return found
  if (experiments.length === 0)
    throw new RequestError(
      `${path} has no experiment that a ${type} could show: add one first (${invocation} new experiment NAME${argument(path)})`,
    )
  const ids = experiments.map(({ id }) => id)
  throw new RequestError(`--from: no experiment of this name: ${from}${hint(from ?? '', ids)}`)
}

function blockOf(type: NewType, id: string, shown: Shown | undefined): NewBlock {
  if (shown === undefined) return newExperiment(id)
  switch (type) {
    case 'experiment':
      return newExperiment(id)
    case 'table':
      return newTable(id, shown)
    case 'figure':
      return newFigure(id, shown)
    case 'claim':
      return newClaim(id, shown)
  }
}

function nextStep(type: NewType, id: string, file = ''): string {
  switch (type) {
    case 'experiment':
      return `Next: write into ${file} what it measures, and into the block its parameters and patterns.`
    case 'table':
      return `Next: refer to it in the text as @${id}, and give it a caption.`
    case 'figure':
      return `Next: refer to it in the text as @${id}, and change the drawing in ${file}, a Vega-Lite specification.`
    case 'claim':
      return 'Next: write down what you claim, in words and as a test. What is there now is only an example.'
  }
}

/** Replaces the text of a document, also one behind a link; keeps who may read it. */
async function replaceText(project: string, document: string, text: string): Promise<void> {
  const place = realPathInside(project, document) ?? join(project, document)
  const { mode } = statSync(place)
  await writeAtomically(project, relative(realPathInside(project, '.') ?? project, place), text)
  chmodSync(place, mode)
}

function writeAll(folder: string, files: NewFiles): void {
  writeNew(folder, files)
  for (const path of files.keys()) print(`wrote ${pathFromHere(folder, path)}`)
}

function printAll(lines: readonly (string | false | undefined)[]): void {
  for (const line of present(lines)) print(line)
}

/** The document as an argument; nothing for the one that needs none. */
function argument(document: string): string {
  return document === defaultDocument ? '' : ` ${shellWord(document)}`
}

/** Names lines that an existing .gitignore lacks. */
function ignoreNotes(folder: string, wanted: string): readonly string[] {
  const own = new Set(
    linesOf(readFileSync(join(folder, ignoreFile), 'utf8')).map((line) => line.replace(/^\/|\/$/g, '')),
  )
  const missing = linesOf(wanted).filter((line) => !own.has(line.replace(/\/$/, '')))
  if (missing.length === 0) return []
  return [
    `${pathFromHere(folder, ignoreFile)} stays as it is. It should ignore these, too: ${missing.join(' ')}`,
  ]
}

function linesOf(text: string): readonly string[] {
  return text.split(/\r?\n/).filter((line) => line.trim() !== '')
}
