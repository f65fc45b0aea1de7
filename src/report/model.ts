/**
 * A report as plain data, the input of all output formats. All texts are in the report's language. Running
 * text is Markdown (mdast) with our own nodes for blocks, pictures, inline values, cross references and
 * citations.
 */

import type { Node, Parent, PhrasingContent, Root, RootContent } from 'mdast'
import type { Work } from '../bibliography/work.ts'
import type { Verdict } from '../claims/judge.ts'
import type { Place } from '../document/block.ts'
import type { CalloutKind } from '../document/callout.ts'
import type { Author } from '../document/schema.ts'
import type { Origin } from '../testbed/board.ts'
import type { Inline } from '../text/markdown.ts'
import type { Cell, Group, Head } from './table.ts'

export interface Report {
  /** BCP 47 tag. */
  readonly lang: string
  /** Name and version of this program. */
  readonly generator: string
  readonly title: string
  readonly subtitle?: string
  readonly authors: readonly Author[]
  readonly date?: string
  readonly keywords: readonly string[]
  /** As SPDX writes it. */
  readonly license?: string
  /** Without its address. */
  readonly doi?: string
  /** Reports in other languages. */
  readonly translations: readonly Translation[]
  readonly banner: Banner
  /** Headings have ids (`data.id`), here and in the body. */
  readonly abstract?: Root
  readonly body: Root
  readonly contents: readonly Entry[]
  /** In order of their numbers, from 1. */
  readonly references: readonly { readonly id: string; readonly content: readonly Inline[] }[]
  /** Works of the references by key, for formats that keep them apart. */
  readonly works?: ReadonlyMap<string, Work>
  readonly provenance: Provenance
  /** How it is printed; default: two columns on A4. */
  readonly print?: PrintOptions
  /** By place; a missing run is listed for every block or value that lacks it. */
  readonly problems: readonly ReportProblem[]
}

/** Of formats with pages. */
export interface PrintOptions {
  readonly columns: 1 | 2
  readonly paper: 'a4' | 'letter'
}

export interface Translation {
  readonly lang: string
  /** File name of its report, without the extension. */
  readonly name: string
}

/** Problems that a reader would notice. Places are in the document. */
export interface ReportProblem {
  /**
   * `missing` and `stale` are fixed by running; `error` needs the author; a `loss` of looks in a format does
   * not.
   */
  readonly type: 'missing' | 'stale' | 'error' | 'loss'
  readonly message: string
  readonly place: Place
  /** File of the place, if it is one that the document includes. */
  readonly path?: string
  /** Name of the run that is missing or stale. */
  readonly run?: string
}

/** Origins of the numbers, the runs behind them, and what is wrong. */
export interface Banner {
  readonly origins: readonly Origin[]
  readonly lines: readonly {
    readonly type: 'origin' | 'runs' | 'missing' | 'excluded' | 'edited' | 'stale' | 'changed' | 'concern'
    readonly content: readonly Inline[]
  }[]
}

/** An entry of the table of contents. */
export interface Entry {
  readonly id: string
  readonly text: string
  /** 2 for a section, 3 for a subsection. */
  readonly depth: number
}

export interface Provenance {
  readonly facts: readonly Fact[]
  readonly howTo: readonly Inline[]
}

export type Fact = readonly [term: string, content: string | PhrasingContent]

export type Origins = readonly (Origin | 'published')[]

/** A label with the origin of numbers. */
export interface Badge {
  readonly origins: Origins
  readonly text: string
}

/** A number in the text. */
export interface Value extends Node {
  readonly type: 'value'
  /** With its unit; the error if there is no number. */
  readonly text: string
  /** The mark after it; none for published numbers. */
  readonly mark?: string
  readonly origins: Origins
  /** Runs and published tables behind it; the expression if there is no number. */
  readonly sources: readonly string[]
  readonly state: 'current' | 'stale' | 'missing'
}

/** Placeholder for something that does not exist. */
export interface Missing extends Node {
  readonly type: 'missing'
  readonly text: string
}

export interface CitationNode extends Parent {
  readonly type: 'citation'
  children: PhrasingContent[]
}

/** Styles that Markdown lacks. */
export interface Styled extends Parent {
  readonly type: 'workTitle' | 'subscript' | 'superscript' | 'monospace'
  children: PhrasingContent[]
}

export interface Picture extends Node {
  readonly type: 'picture'
  /** MIME type. */
  readonly mime: string
  /** Base64. */
  readonly content: string
  readonly alt: string
  readonly title?: string
}

/** Mathematics, in a sentence or on lines of its own. */
export interface Formula extends Node {
  readonly type: 'formula'
  /** As the author wrote it. */
  readonly tex: string
  readonly mathml: string
  /** Its signs in a row. */
  readonly text: string
  /** Drawn large, on a line of its own. */
  readonly isDisplay: boolean
}

/** A formula by itself. */
export interface Equation extends Node {
  readonly type: 'equation'
  readonly id?: string
  /** If it has an id. */
  readonly number?: string
  readonly formula: Formula | Missing
}

/** Code, with what is known of its parts. */
export interface Listing extends Node {
  readonly type: 'listing'
  readonly id?: string
  /** `Listing 1`, with an id only. */
  readonly label?: string
  readonly caption?: Inline
  /** As the author named it. */
  readonly language?: string
  readonly code: readonly (string | Token)[]
}

/** A part of code: a keyword, a string. */
export interface Token {
  readonly kind: TokenKind
  readonly text: string
}

export type TokenKind = 'keyword' | 'string' | 'comment' | 'number' | 'name' | 'type' | 'added' | 'removed'

/** An aside of the author's, as GitHub's alerts. */
export interface Callout extends Parent {
  readonly type: 'callout'
  readonly kind: CalloutKind
  readonly title: string
  children: RootContent[]
}

/** A table or figure. */
export interface Float extends Node {
  readonly type: 'float'
  readonly id: string
  /** `Table 5`. */
  readonly label: string
  readonly caption: Inline
  readonly badge?: Badge
  readonly content: TableContent | Drawing | PictureContent | Parts | Failed
  readonly notes: readonly string[]
  /** Error, if there is no table or figure. */
  readonly error?: string
  /** Names of missing runs. */
  readonly missing: readonly string[]
  /** Stale runs, and why they are stale. */
  readonly stale: readonly StaleRun[]
}

export interface Failed {
  readonly type: 'failed'
  readonly message: string
}

/** A picture as a figure. */
export interface PictureContent {
  readonly type: 'picture'
  readonly mime: string
  /** Base64. */
  readonly content: string
  readonly alt: string
  /** In pixels, if it is not the picture's own. */
  readonly width?: number
}

/** Subfigures. */
export interface Parts {
  readonly type: 'parts'
  /** Beside each other. */
  readonly columns: number
  readonly parts: readonly FigurePart[]
}

export interface FigurePart {
  readonly id?: string
  /** `(a)`. */
  readonly letter: string
  readonly caption?: Inline
  readonly content: Drawing | PictureContent | Failed
}

export type StaleRun = readonly [run: string, reason: string]

export interface Drawing {
  readonly type: 'figure'
  /** Named by the caption and the author's description. */
  readonly svg: string
  readonly alt: string
  readonly isFolded: boolean
  /** What it was drawn from, for readers. */
  readonly data: readonly DrawnData[]
  /** The Vega-Lite specification, as its author wrote it. */
  readonly spec: string
}

/** A dataset of a figure. */
export interface DrawnData {
  readonly name: string
  /** With a head, which has units; the columns that the specification names. */
  readonly csv: string
  /** The line of CSV with the names of the columns, if the head has others. */
  readonly fields?: string
  readonly rows: number
  /** Rows in `csv`: fewer, if it would be too long. */
  readonly shown: number
}

export interface TableContent {
  readonly type: 'table'
  readonly head: readonly (readonly Marked<Head>[])[]
  readonly groups: readonly (Marked<Omit<Group, 'rows'>> & {
    readonly rows: readonly (readonly ShownCell[])[]
  })[]
}

export type Marked<Part> = Part & { readonly badge?: Badge }

export type ShownCell = Omit<Cell, 'runs'> & {
  /** The runs behind it, and why they are stale. */
  readonly title?: string
  readonly isStale?: boolean
}

export interface Claim extends Node {
  readonly type: 'claim'
  readonly id: string
  readonly statement: string
  readonly verdict: Verdict
  /** The verdict in words; says if it rests on edited rows. */
  readonly verdictText: string
  readonly origins: Origins
  /** Published and measured numbers, the reason of the verdict, and the float that shows it. */
  readonly facts: readonly Fact[]
  readonly detail: ClaimDetail
}

/** A claim's test, its inputs down to the record in the trace, and the distributions that it compares. */
export interface ClaimDetail {
  /** The claim as the author wrote it, in YAML. */
  readonly source: string
  readonly facts: readonly Fact[]
  readonly inputs: readonly ClaimInput[]
  /** A text if there are too many to distinguish. */
  readonly distributions?: Distributions | string
  readonly toTheRecord?: {
    readonly text: readonly Inline[]
    readonly commands: readonly string[]
    readonly others?: string
  }
}

export interface ClaimInput {
  readonly run: string
  readonly badge?: Badge
  readonly counts: string
  readonly key: string
  /** Its rows, relative to the project; absent if it is not recorded. */
  readonly rows?: string
}

export interface Distributions {
  /** Canonical: 'us' for times. */
  readonly unit: string
  /** Origin of the numbers: `emulated`. */
  readonly origin: string
  /** Text alternative of the drawing. */
  readonly title: string
  readonly series: readonly Distribution[]
}

export interface Distribution {
  readonly label: string
  readonly values: readonly number[]
  /** Of the original study, in the same unit. */
  readonly published?: { readonly mean: number; readonly min?: number; readonly max?: number }
}

export interface Experiment extends Node {
  readonly type: 'experiment'
  readonly id: string
  readonly summary: readonly Inline[]
  /** The block as the author wrote it. */
  readonly source: string
  readonly cells: readonly {
    readonly environment: string
    readonly pattern: string
    readonly run: ExperimentRun | { readonly missing: string }
  }[]
}

export interface ExperimentRun {
  readonly trials: number
  /** Number of excluded rows, and why; absent if there are none. */
  readonly excluded?: string
  readonly badge?: Badge
  readonly stale?: string
  readonly key: string
  readonly files: readonly { readonly name: string; readonly sha256: string; readonly bytes: number }[]
}

/** What a document beside a report says of itself. */
export interface PageFacts {
  readonly title: string
  /** BCP 47 tag. */
  readonly lang: string
  /** Name and version of this program. */
  readonly generator: string
}

/** A report in a format. */
export interface Written {
  readonly text: string
  /** Contents of the files in the folder beside it, by name. */
  readonly files?: ReadonlyMap<string, string | Uint8Array>
}

/** A report in a format of paper, which may lack what others have. */
export interface Printed extends Pick<Written, 'files'> {
  /** Absent if it cannot be made; problems say why. */
  readonly text?: string | Uint8Array
  readonly problems: readonly FormatProblem[]
}

/** A part of a report that a format cannot show as meant. */
export interface FormatProblem {
  readonly message: string
  /** Line of the document, with those of included files, if it is known. */
  readonly line?: number
  /** Whether all is there, though it looks otherwise: no error of the document. */
  readonly isLoss?: true
}

declare module 'mdast' {
  interface PhrasingContentMap {
    value: Value
    missing: Missing
    citation: CitationNode
    styled: Styled
    picture: Picture
    formula: Formula
  }
  interface RootContentMap {
    value: Value
    missing: Missing
    citation: CitationNode
    styled: Styled
    picture: Picture
    formula: Formula
    equation: Equation
    listing: Listing
    callout: Callout
    float: Float
    claim: Claim
    experiment: Experiment
  }
  interface BlockContentMap {
    equation: Equation
    listing: Listing
    callout: Callout
    float: Float
    claim: Claim
    experiment: Experiment
  }
  interface HeadingData {
    /** `2.1`, if sections are numbered. */
    number?: string
  }
}

/** A page of a live document, in blocks. */
export interface LivePage {
  /** The same bytes as a build writes. */
  readonly text: string
  readonly title: string
  /** In the order of the page. */
  readonly blocks: readonly PageBlock[]
  /** Of the page; drawings decide the colors that it has in the dark. */
  readonly style: string
  /** Digest of the page without its blocks and its style: its head, mostly. */
  readonly frame: string
}

/** A child of an element that holds blocks (`into`), or such an element itself. */
export type PageBlock =
  | { readonly into: string; readonly type: 'holder'; readonly name: string }
  | {
      readonly into: string
      readonly type: 'block'
      /** Of its HTML; equal blocks have equal hashes. */
      readonly hash: string
      readonly html: string
      /**
       * Places of the long elements in the HTML, in order: drawings, and the rows behind them. A browser that
       * shows an earlier version of the block keeps those that are the same.
       */
      readonly pieces: readonly PiecePlace[]
      /** First and last line in the document; absent for what is not written there. */
      readonly lines?: readonly [first: number, last: number]
    }

export type PiecePlace = readonly [start: number, end: number]
