/**
 * Packs a project for a repository such as Zenodo, or for a committee that awards badges:
 *
 *   files of the project -> frozen build -> all inputs of the report packed? -> claims judged
 *     -> appendix, codecheck.yml, crate -> checksums -> zip
 */

import { existsSync, realpathSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { removedText } from '../claims/changewords.ts'
import { dataIn } from '../claims/data.ts'
import { outcomeOf, verifyClaims } from '../claims/verification.ts'
import { sourcesIn } from '../document/block.ts'
import { hasErrors } from '../document/problem.ts'
import type { TellEvent } from '../engine/event.ts'
import type { Step } from '../engine/plan.ts'
import { makeFolder } from '../files/change.ts'
import { sha256 } from '../files/fingerprint.ts'
import { type Files, openFiles } from '../files/tracked.ts'
import { type BuildOptions, build, planDocument } from '../project/build.ts'
import { dataRuns } from '../project/data.ts'
import { knownRuns, recordsOnly } from '../project/knownruns.ts'
import { readManifest } from '../project/manifest.ts'
import { programOf } from '../project/program.ts'
import { cachedJudge } from '../project/rendercache.ts'
import { DocumentError, type Opened, openDocument, type Site } from '../project/site.ts'
import { verdictRecord } from '../project/verdicts.ts'
import { defaultFormat } from '../report/formats.ts'
import type { Run } from '../results/run.ts'
import { byTestbed, environmentsFile } from '../testbeds/environments.ts'
import { markdownText, paragraph } from '../text/markdown.ts'
import { counted, ExplainedError, indentedList, present } from '../text/message.ts'
import { abstractOf } from './abstract.ts'
import { archiveFile, type PackedFile, writeArchive, zipped } from './archive.ts'
import {
  type Artifact,
  claimsOf,
  type TranslationReport,
  experimentsOf,
  recordedFiles,
  statedMinutes,
} from './artifact.ts'
import { generatedFiles, contents } from './contents.ts'
import { installNotes } from './installed.ts'
import { readMetadata } from './metadata.ts'
import { readTree, type Tree } from './tree.ts'

export interface PackOptions {
  /** Absolute path of the archive; default: `_build/NAME-VERSION.zip`. */
  readonly output: string | undefined
  readonly allowDirty: boolean
  readonly signal: AbortSignal
}

export interface Archive {
  readonly file: string
  readonly sha256: string
  readonly bytes: number
  readonly paths: readonly string[]
  /** Shortcomings of the archive for its readers. */
  readonly notes: readonly string[]
}

/**
 * Throws a DocumentError, a FrozenError for unrecorded runs, and an ExplainedError for anything else that
 * would make the archive incomplete.
 */
export async function pack(site: Site, options: PackOptions, tell: TellEvent): Promise<Archive> {
  const { project } = site
  const { files, opened } = await openValid(site)
  const output = options.output === undefined ? undefined : archiveFile(options.output)
  const tree = readTree(project, output === undefined ? [] : [pathIn(project, output)])
  if (output !== undefined) refuseOverwriting(site, output)
  if (!options.allowDirty) refuseChanges(tree)

  const report = await buildReport(site, { files, opened }, options.signal, tell)
  const steps = await planDocument(site, opened, files)
  const runs = steps.flatMap(({ status }) => (status.type === 'recorded' ? [status.run] : []))
  refuseMissing(site, tree, runs)
  const translations: TranslationReport[] = []
  for (const { file, lang } of opened.translations) {
    const own = { ...site, document: file }
    const report = await buildReport(own, await openValid(own), options.signal, tell)
    translations.push({ paper: file, lang, report })
    refuseMissing(own, tree, runs)
  }

  const artifact = await describe({ site, opened, files, tree, runs, report, translations, steps })
  const name = archiveName(artifact)
  const file = output ?? join(makeFolder(project, '_build'), name)
  const packed = await contents(artifact, project, name, files)
  const bytes = zipped(packed, artifact.date)
  options.signal.throwIfAborted()
  await writeArchive(file, bytes)
  return {
    file,
    sha256: sha256(bytes),
    bytes: bytes.length,
    paths: packed.map(({ path }) => path),
    notes: [...notesOn(artifact, files.text('package.json')), ...notesOnTree(tree, packed)],
  }
}

/** Returns a path as git and the tree name it, with links resolved. */
function pathIn(project: string, file: string): string {
  const folder = dirname(file)
  const real = existsSync(folder) ? join(realpathSync(folder), basename(file)) : file
  return relative(realpathSync(project), real)
}

/** Refuses to overwrite a file of the project, except an earlier archive. */
function refuseOverwriting({ project }: Site, output: string): void {
  const path = pathIn(project, output)
  if (path.endsWith('.zip') || !readTree(project, []).paths.includes(path)) return
  throw new ExplainedError(`-o ${path} is a file of the project: name another one, such as ${path}.zip`)
}

function notesOnTree({ secrets, special }: Tree, packed: readonly PackedFile[]): readonly string[] {
  const alike = Map.groupBy(packed, ({ path }) => path.normalize('NFC').toLowerCase())
  const colliding = [...alike.values()].filter((files) => files.length > 1).flat()
  const note = (what: string, paths: readonly string[]) =>
    paths.length > 0 && `${what}:\n${indentedList(paths)}`
  return present([
    note('left out, as they look like secrets (commit those that are none)', secrets.left),
    note('warning: packed, as they are committed, but they look like secrets', secrets.packed),
    note('left out, as no archive holds pipes, sockets and devices', special),
    note(
      'warning: names that differ in case only, and are the same file on some systems',
      colliding.map(({ path }) => path),
    ),
  ])
}

interface Valid {
  readonly files: Files
  readonly opened: Opened
}

async function openValid(site: Site): Promise<Valid> {
  const files = openFiles(site.project, readManifest(site)?.fingerprints)
  const opened = await openDocument(site, files)
  if (hasErrors(opened.document.file)) throw new DocumentError(opened.document.file)
  return { files, opened }
}

function refuseChanges({ revision }: Tree): void {
  const changes = revision?.changes ?? []
  if (changes.length === 0) return
  throw new ExplainedError(
    `${counted(changes.length, 'file')} ${changes.length === 1 ? 'is' : 'are'} not as committed:\n${indentedList(changes)}\nCommit them, ` +
      'or pack them as they are with --allow-dirty (the archive then says so).',
  )
}

/** Returns the path of the report. */
async function buildReport(
  site: Site,
  { opened, files }: Valid,
  signal: AbortSignal,
  tell: TellEvent,
): Promise<string> {
  const frozen: BuildOptions = {
    ...{ rerun: [], only: [], jobs: 1, keepGoing: false, frozen: true, record: false, to: [defaultFormat] },
    allow: async () => [],
    signal,
  }
  const { problems, reports } = await build(site, opened, frozen, tell, files)
  const [report] = reports
  if (problems.length > 0 || report === undefined) {
    const lines = problems.map(({ place, message }) => `${site.document}:${place.line}: ${message}`)
    throw new ExplainedError(`the report is incomplete:\n${indentedList(lines)}`)
  }
  return report
}

/** Throws if the archive lacks a file that the build read: the report could not be built there. */
function refuseMissing(site: Site, { paths }: Tree, runs: readonly Run[]): void {
  const there = new Set([...paths, ...runs.flatMap(recordedFiles)])
  const missing = Object.entries(readManifest(site)?.fingerprints ?? {}).flatMap(([path, found]) =>
    found.type !== 'file' || /^(?:\/|\.\.|\.repro\/|_build\/)/.test(path) || there.has(path) ? [] : [path],
  )
  if (missing.length === 0) return
  throw new ExplainedError(
    'the report needs files that git ignores or that look like secrets, ' +
      `so the archive would lack them:\n${indentedList(missing)}\nAdd them to the project: git add --force`,
  )
}

interface Built extends Pick<Artifact, 'runs' | 'report' | 'translations'> {
  readonly site: Site
  readonly opened: Opened
  readonly files: Files
  readonly tree: Tree
  readonly steps: readonly Step[]
}

async function describe(built: Built): Promise<Artifact> {
  const { site, opened, files, tree, runs, report, translations, steps } = built
  const { document } = opened
  const asked = new Set(runs.map(({ environment }) => environment))
  const environments = [...opened.environments.values()].filter(({ name }) => asked.has(name))
  const boards = environments.filter(({ origin }) => origin !== 'local')
  const testbeds = byTestbed(boards.length > 0 ? boards : environments, site.testbeds)
  const claims = document.blocks.filter((block) => block.type === 'claim')
  // The build has judged them; this reads its cache.
  const judge = cachedJudge(site, programOf(site, files))
  const experiments = sourcesIn(document.blocks)
  const data = dataRuns(opened.data)
  const tables = { experiments, published: opened.published }
  const record = verdictRecord(document, files)
  const verifications = await verifyClaims(
    claims,
    tables,
    knownRuns(recordsOnly(steps), new Map(), data),
    judge,
    record,
  )
  const metadata = readMetadata(document.frontMatter, files)
  const abstract = abstractOf(document, { ...tables, runs: [...runs, ...data] })
  return {
    metadata: abstract ? { ...metadata, description: markdownText(abstract).trim() } : metadata,
    abstract: abstract?.children ?? [paragraph(metadata.description)],
    date: dateOf(document.frontMatter.date, tree, runs),
    revision: tree.revision,
    generator: site.generator,
    document,
    paper: site.document,
    report,
    translations,
    paths: tree.paths,
    runs,
    data: dataIn(data),
    environments,
    needs: await Promise.all(testbeds.map(([testbed, own]) => testbed.needs(own, site))),
    definitions: [
      ...(boards.length > 0 ? [environmentsFile] : []),
      ...testbeds.flatMap(([one]) => one.files),
    ],
    setupMinutes: statedMinutes(document, 'setup'),
    experiments: experimentsOf(document, runs),
    claims: claimsOf(document, runs, verifications),
    removed: record.removed.map((one) => removedText(one)),
    outcome: outcomeOf(verifications, record.removed),
  }
}

/** Returns the date of the paper, the commit or the newest run, never today's. */
function dateOf(written: string | undefined, { revision }: Tree, runs: readonly Run[]): string {
  const iso = /^\d{4}-\d{2}-\d{2}/
  const newest = runs
    .map(({ provenance }) => String(provenance.date ?? ''))
    .sort()
    .at(-1)
  const found = [written, revision?.date, newest].find((date) => date !== undefined && iso.test(date))
  return iso.exec(found ?? '')?.[0] ?? '1980-01-01'
}

/** Returns `repro-0.1.0.zip`; `-dirty` marks uncommitted files. */
function archiveName({ metadata, revision }: Artifact): string {
  const version = metadata.version ?? revision?.commit.slice(0, 12)
  return `${present([metadata.name, version, (revision?.changes.length ?? 0) > 0 && 'dirty']).join('-')}.zip`
}

function notesOn(
  { metadata, setupMinutes, experiments, revision, paths, outcome }: Artifact,
  manifest: string | undefined,
): readonly string[] {
  const unstated = present([
    setupMinutes === undefined && 'setup',
    ...experiments.map(({ block, humanMinutes }) => humanMinutes === undefined && block.id),
  ])
  // The contents of codecheck.yml are kept.
  const replaced = paths.filter((path) => generatedFiles.includes(path) && path !== 'codecheck.yml')
  return present([
    revision === undefined && 'not in a git repository: the archive names no commit',
    ...installNotes(paths.includes('package.json') ? manifest : undefined, paths),
    (revision?.changes.length ?? 0) > 0 && 'files differ from the commit, which the archive says',
    ...replaced.map((path) => revision && `${path} of the project is replaced by the one made here`),
    metadata.license === undefined && 'no license: name one in CITATION.cff or package.json',
    metadata.creators.length === 0 && 'no author: name them in the front matter (authors)',
    outcome === 'weaker' &&
      'claims are weaker than recorded, or gone: see repro verify, which ends with exit code 3',
    unstated.length > 0 &&
      `human minutes not stated for ${unstated.join(', ')} (front matter: artifact.humanMinutes)`,
  ])
}
