/** Describes an archive: which experiments and floats each claim rests on, and what checking it costs. */

import type { RootContent } from 'mdast'
import { sinceLines } from '../claims/changewords.ts'
import type { DataBehind } from '../claims/data.ts'
import { statedVerdict } from '../claims/edits.ts'
import { decisive, type Verification, type VerificationOutcome } from '../claims/verification.ts'
import { numberTexts, publishedText } from '../claims/words.ts'
import type { ClaimBlock, ExperimentBlock } from '../document/block.ts'
import type { Test } from '../document/claim.ts'
import { expressionSign } from '../document/claimblock.ts'
import type { Document } from '../document/document.ts'
import { cellsOf, type PlannedCell } from '../engine/cells.ts'
import { english } from '../locale/en.ts'
import { cellsFor } from '../project/knownruns.ts'
import { labels } from '../report/floats.ts'
import { runName, type Run } from '../results/run.ts'
import { fileOf } from '../results/runfile.ts'
import { recordedFolder } from '../results/store.ts'
import type { Environment, Needs } from '../testbed/testbed.ts'
import { type Effort, effortOf } from './effort.ts'
import type { Metadata } from './metadata.ts'
import type { Revision } from './tree.ts'

export interface Artifact {
  readonly metadata: Metadata
  /** The document's, or else the title. */
  readonly abstract: readonly RootContent[]
  /** Date of the archive: YYYY-MM-DD. */
  readonly date: string
  readonly revision: Revision | undefined
  readonly generator: string
  readonly document: Document
  /** Paths in the archive. */
  readonly paper: string
  readonly report: string
  readonly translations: readonly TranslationReport[]
  readonly paths: readonly string[]
  readonly runs: readonly Run[]
  /** Files that nobody reruns. */
  readonly data: readonly DataBehind[]
  readonly environments: readonly Environment[]
  readonly needs: readonly Needs[]
  readonly definitions: readonly string[]
  /** Setup time in minutes, as stated by the authors. */
  readonly setupMinutes: number | undefined
  readonly experiments: readonly Experiment[]
  readonly claims: readonly Claim[]
  /** Claims removed since the verdicts were recorded, in words. */
  readonly removed: readonly string[]
  /** Of `repro verify` in the archive. */
  readonly outcome: VerificationOutcome
}

export interface TranslationReport {
  /** Paths in the archive. */
  readonly paper: string
  readonly report: string
  /** BCP 47 tag. */
  readonly lang: string
}

export interface Experiment {
  /** `E1`, in document order. */
  readonly number: string
  readonly block: ExperimentBlock
  readonly runs: readonly Run[]
  readonly effort: Effort
  readonly humanMinutes: number | undefined
  /** Ids. */
  readonly claims: readonly string[]
  /** `Table 5`, `Figure 2`. */
  readonly floats: readonly string[]
}

export interface Claim {
  readonly block: ClaimBlock
  readonly test: string
  readonly verdict: string
  readonly isRefuted: boolean
  readonly isTestable: boolean
  readonly measured: readonly string[]
  /** Ids of data that nobody reran. */
  readonly data: readonly string[]
  /** What changed since its verdict was recorded, and before. */
  readonly changes: readonly string[]
  readonly published: string | undefined
  /** `E1`. */
  readonly experiments: readonly string[]
  readonly float: string | undefined
  readonly effort: Effort
}

export function experimentsOf(document: Document, runs: readonly Run[]): readonly Experiment[] {
  const names = labels(document, english)
  const cells = cellsOf(document.blocks)
  const claims = document.blocks.filter((block) => block.type === 'claim')
  return numbered(document).map(({ number, block }) => {
    const own = runs.filter(({ experiment }) => experiment === block.id)
    return {
      number,
      block,
      runs: own,
      effort: effortOf(own),
      humanMinutes: statedMinutes(document, block.id),
      claims: claims
        .filter((claim) => cellsFor([claim], cells).some(({ experiment }) => experiment === block.id))
        .map(({ id }) => id),
      floats: document.blocks
        .filter(
          (one) =>
            (one.type === 'table' && one.from === block.id) ||
            (one.type === 'figure' &&
              [one, ...(one.parts ?? [])].some(({ data }) =>
                Object.values(data).some(({ from }) => from === block.id),
              )),
        )
        .map(({ id }) => names.get(id) ?? id),
    }
  })
}

export function claimsOf(
  document: Document,
  runs: readonly Run[],
  verifications: readonly Verification[],
): readonly Claim[] {
  const names = labels(document, english)
  const cells = cellsOf(document.blocks)
  const numbers = numbered(document)
  return verifications.map((verification) => {
    const block = verification.claim
    const judgement = decisive(verification)
    const needed = cellsFor([block], cells)
    return {
      block,
      test: testText(block, document),
      verdict: statedVerdict(judgement),
      isRefuted: judgement.verdict === 'not reproduced',
      isTestable: judgement.verdict !== 'not testable',
      measured: numberTexts(judgement),
      data: [...new Set((judgement.data ?? []).map(({ run }) => run.split('/')[0] ?? ''))],
      changes: sinceLines(verification),
      // Without a number or words, the text is only the claim's place.
      published: block.published === undefined ? undefined : publishedText(block, judgement),
      experiments: numbers
        .filter(({ block: { id } }) => needed.some(({ experiment }) => experiment === id))
        .map(({ number }) => number),
      float: block.shows && (names.get(block.shows) ?? block.shows),
      effort: effortOf(runsOf(needed, runs)),
    }
  })
}

/** Minutes of work that the authors state for `setup` or an experiment. */
export function statedMinutes({ frontMatter }: Document, what: string): number | undefined {
  return frontMatter.humanMinutes.find(({ of }) => of === what)?.minutes
}

function numbered({ blocks }: Document) {
  return blocks
    .filter((block) => block.type === 'experiment')
    .map((block, index) => ({ number: `E${index + 1}`, block }))
}

function runsOf(cells: readonly PlannedCell[], runs: readonly Run[]): readonly Run[] {
  const names = new Set(cells.map(runName))
  return runs.filter((run) => names.has(runName(run)))
}

/** Formats a claim block's keys in one line: `0.5 <= a / b <= 1`. */
function testText({ id, test }: ClaimBlock, { fences }: Document): string {
  const data = fences.find((fence) => fence.type === 'claim' && fence.id === id)?.source?.data ?? {}
  return wordsOf(test, (key) => {
    const value = data[key] ?? []
    const texts = Array.isArray(value) ? value.map(String) : [String(value)]
    // Drops the sign that marks an expression: the line has an = of its own.
    return texts.map((text) => text.replace(expressionSign, ''))
  })
}

function wordsOf(test: Test, lines: (key: string) => readonly string[]): string {
  const written = (key: string) => {
    const [first = '', ...others] = lines(key)
    return others.length === 0 ? first : `each of ${[first, ...others].join('; ')}`
  }
  switch (test.type) {
    case 'absolute':
    case 'relative':
      return `${written('value')} = ${written('published')} ± ${written('tolerance')}`
    case 'agreement':
      return `${written('agrees')} in the prediction interval of ${written('published')}`
    case 'interval': {
      const low = Number.isFinite(test.low) ? `${test.low} <= ` : ''
      const high = Number.isFinite(test.high) ? ` <= ${test.high}` : ''
      return `${low}${written('value')}${high}`
    }
    case 'ordering':
      return lines('ascending').join(' < ')
    case 'direction': {
      const relation = { up: 'above', down: 'below', same: 'the same as' }[test.direction]
      const margin = Math.round(test.tolerance * 1e4) / 100
      return (
        `${written('to')} ${relation} ${written('from')}, ` +
        `${test.direction === 'same' ? 'within' : 'by more than'} ${margin} %`
      )
    }
    case 'all': {
      // The tests differ only in their values.
      const [first] = test.tests
      return first === undefined ? '' : wordsOf(first, lines)
    }
  }
}

/** Returns the rows, header and datasets of a recorded run, relative to the project. */
export function recordedFiles(run: Run): readonly [string, string, ...string[]] {
  const folder = recordedFolder(run)
  const datasets = Object.keys(run.datasets ?? {}).map((name) => `${folder}/${fileOf(name)}`)
  return [`${folder}/rows.csv`, `${folder}/run.json`, ...datasets]
}

/** Returns the run of the cell that `repro verify --kick-the-tires` reruns. */
export function firstRun({ document, runs }: Artifact): Run | undefined {
  return runsOf(cellsOf(document.blocks).slice(0, 1), runs)[0]
}
