/**
 * The artifact appendix: two pages for a committee that awards badges. Requirements, first steps, and which
 * experiment backs which claim at what cost, as in the appendices of ACM, EuroSys and USENIX
 * (https://secartifacts.github.io, https://ctuning.org/ae/submission_extra.html).
 */

import type { Root, RootContent } from 'mdast'
import { secondsOf, type Run } from '../results/run.ts'
import { code, heading, type Inline, link, list, paragraph, shell, strong, table } from '../text/markdown.ts'
import { megabytes, minutes } from '../text/numbers.ts'
import { type Artifact, type Claim, type Experiment, firstRun } from './artifact.ts'
import { effortOf } from './effort.ts'
import { requirements } from './requirements.ts'

const notStated = 'not stated'

/** @param archive name of the archive's file */
export function appendix(artifact: Artifact, archive: string): Root {
  const { metadata } = artifact
  return {
    type: 'root',
    children: [
      heading(1, 'Artifact appendix'),
      paragraph(strong(metadata.title)),
      paragraph(identity(artifact)),
      ...dirtyNote(artifact),
      heading(2, 'Abstract'),
      ...artifact.abstract,
      heading(2, 'Requirements'),
      list(...requirements(artifact).map(([what, text]): Inline => [strong(`${what}:`), ` ${text}`])),
      heading(2, 'Setup and first run'),
      shell(...setup(artifact, archive)),
      paragraph(...setupTime(artifact)),
      ...experiments(artifact),
      ...claims(artifact),
      heading(2, 'Badges'),
      list(...badges(artifact)),
      heading(2, 'In the archive'),
      list(...contents(artifact)),
    ],
  }
}

function identity({ metadata, date, revision, generator }: Artifact): string {
  const { creators, version, license = notStated, doi } = metadata
  const facts = [
    creators.map(({ name }) => name).join(', '),
    version === undefined ? '' : `version ${version}`,
    date,
    revision === undefined ? '' : `commit ${revision.commit.slice(0, 12)}`,
    `license: ${license}`,
    doi === undefined ? '' : `doi:${doi}`,
    `made by ${generator}`,
  ]
  return facts.filter((fact) => fact !== '').join(' · ')
}

function dirtyNote({ revision }: Artifact): readonly RootContent[] {
  const changes = revision?.changes ?? []
  if (changes.length === 0) return []
  const some = changes.slice(0, 8).map(code)
  const names = some.flatMap((name, index) => (index === 0 ? [name] : [', ', name]))
  const more = changes.length > some.length ? [` and ${changes.length - some.length} more`] : []
  return [paragraph(strong('Not as committed:'), ' ', ...names, ...more, '.')]
}

function setup(artifact: Artifact, archive: string): readonly string[] {
  const folder = archive.replace(/\.zip$/, '')
  const install = artifact.paths.includes('package-lock.json')
    ? ['npm ci']
    : artifact.paths.includes('package.json')
      ? ['npm install']
      : []
  return [
    `unzip -q ${archive} -d ${folder} && cd ${folder} && sha256sum -c --quiet SHA256SUMS`,
    ...install,
    'npx repro verify                    # judges every claim by the recorded runs',
    'npx repro verify --kick-the-tires   # runs one cell again and compares it with its record',
  ]
}

function setupTime(artifact: Artifact): readonly Inline[] {
  const { setupMinutes, needs, report } = artifact
  const downloads = needs.some(({ downloadBytes }) => downloadBytes > 0)
  const first = firstRun(artifact)
  const seconds = first && secondsOf(first)
  return [
    `Human minutes: ${setupMinutes ?? notStated}. `,
    first === undefined
      ? ''
      : `The cell took ${seconds === undefined ? 'an unknown time' : minutes(seconds)} when it was recorded${downloads ? '; before it, the packages are downloaded once' : ''}. `,
    'Then read ',
    code(report),
    ' in a browser. ',
    code('npx repro build'),
    ' writes it again from the recorded runs.',
  ]
}

/** In ACM's terms: https://www.acm.org/publications/policies/artifact-review-and-badging-current */
function badges({ metadata, paths, runs, claims: all }: Artifact): readonly Inline[] {
  const { doi } = metadata
  const readme = paths.includes('README.md')
    ? [' ', code('README.md'), ' tells how to change and extend it.']
    : []
  return [
    [strong('Available:'), doi === undefined ? ' this archive has no DOI yet.' : ` doi:${doi}.`],
    [
      strong('Evaluated:'),
      ' the first run above exercises the whole way from the document to a verdict.',
      ...readme,
    ],
    ...(all.length === 0
      ? []
      : [
          [
            strong('Reproduced:'),
            ' ',
            code('npx repro verify --rerun'),
            ` runs all cells again (${effortText(runs)} of computing) and judges every claim.`,
          ],
        ]),
  ]
}

function experiments({ experiments: all }: Artifact): readonly RootContent[] {
  if (all.length === 0) return []
  const head = ['', 'Experiment', 'Cells', 'Backs', 'Shown in', 'Human', 'Compute', 'Disk', 'Command']
  const row = (one: Experiment): readonly Inline[] => [
    strong(one.number),
    [code(one.block.id), 'file' in one.block.script ? [', ', code(one.block.script.file)] : ''],
    `${one.effort.cells}, ${one.block.trials} trials each${one.block.boots > 1 ? ` in ${one.block.boots} boots` : ''}`,
    one.claims.join(' ') || '–',
    floatsText(one.floats) || '–',
    one.humanMinutes === undefined ? notStated : `${one.humanMinutes} min`,
    effortText(one.runs),
    megabytes(one.effort.rawBytes),
    code(`npx repro build --rerun=${one.block.id}`),
  ]
  return [heading(2, 'Experiments'), table([head, ...all.map(row)], [5, 6, 7])]
}

/**
 * Describes the exit code of `repro verify`: a claim refuted by the recorded runs is a finding of the paper,
 * not the reader's fault.
 */
function expected(all: readonly Claim[]): string {
  const refuted = all.filter(({ verdict }) => verdict === 'not reproduced').map(({ block }) => block.id)
  return refuted.length === 0
    ? 'exit code 0.'
    : `exit code 3, because the recorded runs do not reproduce ${refuted.join(', ')}.`
}

function claims({ claims: all, paper, report }: Artifact): readonly RootContent[] {
  if (all.length === 0) return []
  const head = ['', 'Claim, and what must hold', 'Expected', 'Rests on', 'Compute', 'Command']
  const row = (one: Claim): readonly Inline[] => [
    link(`${report}#${one.block.id}`, one.block.id),
    [one.block.statement, ': ', code(shortened(one.test))],
    [strong(one.verdict), measuredText(one)],
    [...one.experiments, one.float ?? []].flat().join(', '),
    one.effort.cells === 0 || one.effort.untimed > 0 ? notStated : minutes(one.effort.computeSeconds),
    code(`npx repro verify --claim ${one.block.id}`),
  ]
  return [
    heading(2, 'Claims'),
    paragraph(
      'The verdict follows from the recorded runs, with 95 % intervals. Add ',
      code('--rerun'),
      ' to a command to run its cells again: it then judges by them, and says of each cell whether it gave the same bytes as recorded. All claims together end with ',
      expected(all),
      ' Long tests are in full in ',
      code(paper),
      '.',
    ),
    table([head, ...all.map(row)], [4]),
  ]
}

function measuredText({ measured, published, verdict }: Claim): string {
  const most = 3
  const shown = measured.slice(0, most).join('; ')
  const more = measured.length > most ? ` and ${measured.length - most} more` : ''
  const ours = verdict === 'not testable' || shown === '' ? '' : `: ${shown}${more}`
  return published === undefined ? ours : `${ours} (published: ${published})`
}

function contents({ paths, paper, report, editions, runs, experiments: all }: Artifact): readonly Inline[] {
  const has = (path: string) => paths.includes(path)
  const locks = ['package-lock.json', 'experiments/packages.lock.json'].filter(has)
  return [
    [
      code(paper),
      ' the document with its experiments, claims, tables and figures; ',
      code(report),
      ' the report made from it',
    ],
    ...editions.map((one) => [
      code(one.paper),
      ` the same in another language (${one.lang}); `,
      code(one.report),
      ' its report',
    ]),
    ...(all.length === 0
      ? []
      : [
          [
            code('results/'),
            ` ${runs.length} recorded runs: rows, inputs, environment, and the digests of raw files`,
          ],
        ]),
    ...(locks.length === 0
      ? []
      : [
          [
            ...locks.flatMap((lock, index) => (index === 0 ? [code(lock)] : [' and ', code(lock)])),
            ' versions and digests of all packages',
          ],
        ]),
    [
      code('ro-crate-metadata.json'),
      ' metadata (RO-Crate, Process Run Crate); ',
      code('codecheck.yml'),
      ' what a codechecker recreates; ',
      code('SHA256SUMS'),
    ],
  ]
}

/** Formats `Table 1`, `Figure 3`, `Table A1` as `Tables 1, A1; Figure 3`. */
function floatsText(labels: readonly string[]): string {
  const nouns = Map.groupBy(labels, (label) => /^(Table|Figure) /.exec(label)?.[1] ?? '')
  return [...nouns]
    .map(([noun, own]) => {
      if (noun === '') return own.join(', ')
      return `${noun}${own.length === 1 ? '' : 's'} ${own.map((label) => label.slice(noun.length + 1)).join(', ')}`
    })
    .join('; ')
}

function effortText(runs: readonly Run[]): string {
  const { computeSeconds, untimed, cells } = effortOf(runs)
  return untimed === cells ? notStated : minutes(computeSeconds)
}

function shortened(text: string): string {
  const most = 160
  return text.length <= most ? text : `${text.slice(0, most - 1).trimEnd()}…`
}
