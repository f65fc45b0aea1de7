/**
 * The artifact appendix: two pages for a committee that awards badges. Requirements, first steps, and which
 * experiment backs which claim at what cost, as in the appendices of ACM, EuroSys and USENIX
 * (https://secartifacts.github.io, https://ctuning.org/ae/submission_extra.html).
 */

import type { Root, RootContent } from 'mdast'
import { editsOf } from '../claims/edits.ts'
import { english } from '../claims/reasons.ts'
import { runName, secondsOf, type Run } from '../results/run.ts'
import { code, heading, type Inline, link, list, paragraph, shell, strong, table } from '../text/markdown.ts'
import { abbreviated, counted, present } from '../text/message.ts'
import { megabytes, minutes } from '../text/numbers.ts'
import { invocation } from '../text/program.ts'
import { type Artifact, type Claim, type Experiment, firstRun } from './artifact.ts'
import { effortOf } from './effort.ts'
import { requirements } from './requirements.ts'

const notStated = 'not stated'

/** @param archive name of the archive's file */
export function appendix(artifact: Artifact, archive: string): Root {
  const { metadata, experiments, claims } = artifact
  return {
    type: 'root',
    children: [
      heading(1, 'Artifact appendix'),
      paragraph(strong(metadata.title)),
      paragraph(identity(artifact)),
      ...dirtyNote(artifact),
      ...editNote(artifact),
      ...exclusionNote(artifact),
      ...dataNote(artifact),
      heading(2, 'Abstract'),
      ...artifact.abstract,
      heading(2, 'Requirements'),
      list(...requirements(artifact).map(([what, text]) => prose`${strong(`${what}:`)} ${text}`)),
      heading(2, 'Setup and first run'),
      shell(...setup(artifact, archive)),
      paragraph(setupTime(artifact)),
      ...(experiments.length === 0 ? [] : [heading(2, 'Experiments'), experimentTable(experiments)]),
      ...(claims.length === 0 ? [] : [heading(2, 'Claims'), ...claimTable(artifact)]),
      heading(2, 'Badges'),
      list(...badges(artifact)),
      heading(2, 'In the archive'),
      list(...contents(artifact)),
    ],
  }
}

/** Text with inline nodes in it; a line break is a space. */
function prose(texts: TemplateStringsArray, ...parts: readonly Inline[]): Inline {
  const unwrapped = texts.map((text) => text.replace(/\n */g, ' '))
  return unwrapped.flatMap((text, index) => [text, parts[index] ?? '']).filter((part) => part !== '')
}

function identity({ metadata, date, revision, generator }: Artifact): string {
  const { creators, version, license = notStated, doi } = metadata
  return present([
    creators.length > 0 && creators.map(({ name }) => name).join(', '),
    version !== undefined && `version ${version}`,
    date,
    revision !== undefined && `commit ${revision.commit.slice(0, 12)}`,
    `license: ${license}`,
    doi !== undefined && `doi:${doi}`,
    `made by ${generator}`,
  ]).join(' · ')
}

function dirtyNote({ revision }: Artifact): readonly RootContent[] {
  const changes = revision?.changes ?? []
  if (changes.length === 0) return []
  const some = changes.slice(0, 8)
  const more = changes.length > some.length ? ` and ${changes.length - some.length} more` : ''
  return [paragraph(prose`${strong('Not as committed:')} ${codes(some, ', ')}${more}.`)]
}

function editNote({ runs }: Artifact): readonly RootContent[] {
  const edits = editsOf(runs).map(english.edits)
  if (edits.length === 0) return []
  return [
    paragraph(
      prose`${strong('Rows edited by hand,')} which every verdict that rests on them says: ${edits.join('; ')}.`,
    ),
  ]
}

function exclusionNote({ runs }: Artifact): readonly RootContent[] {
  const texts = runs.flatMap((run) =>
    run.exclusions.map(({ reason, count }) => `${runName(run)}: ${count} (${reason})`),
  )
  if (texts.length === 0) return []
  return [paragraph(prose`${strong('Rows excluded')} from all statistics: ${texts.join('; ')}.`)]
}

function dataNote({ data }: Artifact): readonly RootContent[] {
  if (data.length === 0) return []
  return [
    paragraph(
      prose`${strong('Data that nobody reran,')} which every verdict that rests on them says, and which are checked against their digests only: ${data.map(english.data).join('; ')}.`,
    ),
  ]
}

function codes(texts: readonly string[], separator: string): Inline {
  return texts.flatMap((text, index) => (index === 0 ? [code(text)] : [separator, code(text)]))
}

function setup({ paths }: Artifact, archive: string): readonly string[] {
  const folder = archive.replace(/\.zip$/, '')
  const install = paths.includes('package-lock.json')
    ? 'npm ci'
    : paths.includes('package.json') && 'npm install'
  return present([
    `unzip -q ${archive} -d ${folder} && cd ${folder} && sha256sum -c --quiet SHA256SUMS`,
    install,
    `${invocation} verify                    # judges every claim by the recorded runs`,
    `${invocation} verify --kick-the-tires   # runs one cell again and compares it with its record`,
  ])
}

function setupTime(artifact: Artifact): Inline {
  const { setupMinutes, needs, report } = artifact
  const first = firstRun(artifact)
  const seconds = first && secondsOf(first)
  const took = seconds === undefined ? 'an unknown time' : minutes(seconds)
  const downloads = needs.some(({ downloadBytes }) => downloadBytes > 0)
    ? '; before it, the packages are downloaded once'
    : ''
  const cell = first ? `The cell took ${took} when it was recorded${downloads}. ` : ''
  const human = `Human minutes: ${setupMinutes ?? notStated}. `
  const build = code(`${invocation} build`)
  return prose`${human}${cell}Then read ${code(report)} in a browser. ${build} writes it again from the
    recorded runs.`
}

/** In ACM's terms: https://www.acm.org/publications/policies/artifact-review-and-badging-current */
function badges({ metadata: { doi }, paths, runs, claims }: Artifact): readonly Inline[] {
  const readme =
    paths.includes('README.md') && prose` ${code('README.md')} tells how to change and extend it.`
  const rerun = code(`${invocation} verify --rerun`)
  const available = doi === undefined ? 'this archive has no DOI yet.' : `doi:${doi}.`
  return present([
    prose`${strong('Available:')} ${available}`,
    prose`${strong('Evaluated:')} the first run above exercises the whole way from the document to
      a verdict.${readme || ''}`,
    claims.length > 0 &&
      prose`${strong('Reproduced:')} ${rerun} runs all cells again (${effortText(runs)} of computing) and
        judges every claim.`,
  ])
}

function experimentTable(experiments: readonly Experiment[]): RootContent {
  const command: Inline = prose`Again: ${code(`${invocation} build`)}`
  const head = ['', 'Experiment', 'Cells', 'Backs', 'Shown in', 'Human', 'Compute', 'Disk', command]
  const row = ({ number, block, runs, effort, ...experiment }: Experiment): readonly Inline[] => [
    strong(number),
    codes(['file' in block.script ? [block.id, block.script.file] : block.id].flat(), ', '),
    `${effort.cells}, ${counted(block.trials, 'trial')} each${block.boots > 1 ? ` in ${block.boots} boots` : ''}`,
    experiment.claims.join(' ') || '–',
    floatsText(experiment.floats) || '–',
    experiment.humanMinutes === undefined ? notStated : `${experiment.humanMinutes} min`,
    effortText(runs),
    megabytes(effort.rawBytes),
    code(`--rerun=${block.id}`),
  ]
  return table([head, ...experiments.map(row)], [5, 6, 7])
}

function claimTable({ claims, paper, report, removed, outcome }: Artifact): readonly RootContent[] {
  const head = ['', 'Claim, and what must hold', 'Expected', 'Rests on', 'Compute']
  const row = ({ block, effort, ...claim }: Claim): readonly Inline[] => [
    link(`${report}#${block.id}`, block.id),
    prose`${block.statement}: ${code(shortened(claim.test))}`,
    [strong(claim.verdict), measuredText(claim), changesText(claim)],
    present([...claim.experiments, ...claim.data, claim.float]).join(', '),
    effort.cells === 0 || effort.untimed > 0 ? notStated : minutes(effort.computeSeconds),
  ]
  // A claim refuted by the recorded runs is a finding of the paper, not the reader's fault.
  const refuted = claims.filter(({ isRefuted }) => isRefuted).map(({ block }) => block.id)
  const exits = {
    'not reproduced': `exit code 3, because the recorded runs do not reproduce ${refuted.join(', ')}`,
    weaker: 'exit code 3, because claims are weaker than recorded, or gone',
    lacking: 'exit code 1, because claims lack runs',
    judged: 'exit code 0',
  }
  const exit = exits[outcome]
  return [
    paragraph(
      prose`The verdict follows from the recorded runs, with 95 % intervals.
        ${code(`${invocation} verify --claim ID`)} judges one claim; with ${code('--rerun')} it runs its cells again: it then judges by them, and says of each cell
        whether it gave the same bytes as recorded. All claims together end with ${exit}. Long tests are in
        full in ${code(paper)}, earlier states of claims in ${code(report)}.`,
    ),
    table([head, ...claims.map(row)], [4]),
    ...(removed.length > 0 ? [list(...removed)] : []),
  ]
}

function changesText({ changes }: Pick<Claim, 'changes'>): string {
  return changes.length === 0 ? '' : `. ${abbreviated(changes, 3, '. ')}`
}

function measuredText({
  measured,
  published,
  isTestable,
}: Pick<Claim, 'measured' | 'published' | 'isTestable'>): string {
  const isShown = isTestable && measured.length > 0
  const shown = isShown ? `: ${abbreviated(measured, 3, '; ')}` : ''
  return published === undefined ? shown : `${shown} (published: ${published})`
}

function contents({ paths, paper, report, translations, runs, experiments }: Artifact): readonly Inline[] {
  const locks = ['package-lock.json', 'experiments/packages.lock.json'].filter((path) => paths.includes(path))
  const crate = code('ro-crate-metadata.json')
  const check = code('codecheck.yml')
  return present([
    prose`${code(paper)} the document with its experiments, claims, tables and figures;
      ${code(report)} the report made from it`,
    ...translations.map(
      (one) =>
        prose`${code(one.paper)} the same in another language (${one.lang}); ${code(one.report)} its report`,
    ),
    experiments.length > 0 &&
      prose`${code('results/')} ${String(runs.length)} recorded runs: rows, inputs, environment, and the
        digests of raw files`,
    locks.length > 0 && prose`${codes(locks, ' and ')} versions and digests of all packages`,
    prose`${crate} metadata (RO-Crate, Process Run Crate); ${check} what a codechecker recreates;
      ${code('SHA256SUMS')}`,
  ])
}

/** Formats `Table 1`, `Figure 3`, `Table A1` as `Tables 1, A1; Figure 3`. */
function floatsText(labels: readonly string[]): string {
  const nouns = Map.groupBy(labels, (label) => /^(Table|Figure) /.exec(label)?.[1] ?? '')
  return [...nouns]
    .map(([noun, own]) => {
      if (noun === '') return own.join(', ')
      const numbers = own.map((label) => label.slice(noun.length + 1))
      return `${noun}${own.length === 1 ? '' : 's'} ${numbers.join(', ')}`
    })
    .join('; ')
}

function effortText(runs: readonly Run[]): string {
  const { computeSeconds, untimed, cells } = effortOf(runs)
  return untimed === cells ? notStated : minutes(computeSeconds)
}

function shortened(text: string): string {
  const most = 52
  return text.length <= most ? text : `${text.slice(0, most - 1).trimEnd()}…`
}
