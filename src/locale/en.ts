/** English text of a report. Other languages have the same shape, `Messages`. */

import { english as changes } from '../claims/changewords.ts'
import { english as phrases } from '../claims/phrases.ts'
import { english as reasons } from '../claims/reasons.ts'
import type { Exclusion } from '../results/run.ts'
import { code, type Inline, strong } from '../text/markdown.ts'
import { abbreviated, counted } from '../text/message.ts'

export type Messages = typeof english

export const english = {
  /** Label of a table or figure, in captions and references. */
  table: (number: string) => `Table ${number}`,
  figure: (number: string) => `Figure ${number}`,
  equation: (number: string) => `Equation ${number}`,
  listing: (number: string) => `Listing ${number}`,
  section: (number: string) => `Section ${number}`,
  sectionNamed: (words: string) => `Section “${words}”`,
  /** Part of a figure: `Figure 3a`. */
  part: (label: string, letter: string) => `${label}${letter}`,
  /** Before the caption of a part. */
  letter: (letter: string) => `(${letter})`,
  /** Beside an equation. */
  equationNumber: (number: string) => `(${number})`,
  caption: (label: string) => `${label}. `,
  noFloat: (id: string) => `@${id} (nothing has this id)`,
  callouts: { note: 'Note', tip: 'Tip', important: 'Important', warning: 'Warning', caution: 'Caution' },

  /** Origin and status shown beside a number. */
  origins: {
    emulated: 'emulated',
    hardware: 'hardware',
    local: 'local',
    data: 'data, not rerun',
    published: 'published',
  },
  mark: (origins: readonly string[], isStale: boolean, isEdited = false) =>
    `${origins.join(' + ')}${isStale ? ', stale' : ''}${isEdited ? ', edited by hand' : ''}`,
  /** Origin of a published number: `Table 5` of the publication, and the file. */
  publishedIn: (table: string | undefined, file: string) =>
    `published${table === undefined ? '' : `, ${table}`} (${file})`,
  /** Subtitle of a figure: marks and environments. */
  subtitle: (mark: string, environments: readonly string[]) =>
    [mark, environments.join(', ')].filter(Boolean).join(': '),
  /** Rows of a run, by reason. */
  excluded: (exclusions: readonly Exclusion[]) =>
    exclusions.map(({ reason, count }) => `${count} (${reason})`).join(', '),
  missing: (runs: readonly string[]) => `missing: ${runs.map((run) => `run ${run}`).join(', ')}`,
  missingNote: (run: string) => `Missing: run ${run}.`,
  stale: (run: string, reason: string) => `stale: run ${run}: ${reason}`,
  staleNote: (run: string, reason: string) => `Stale: run ${run}: ${reason}.`,
  error: (message: string) => `error: ${message}`,
  missingPicture: (what: string) => `missing picture: ${what}`,
  run: (name: string) => `run ${name}`,

  banner: {
    title: 'Where the numbers come from',
    explanations: {
      emulated: 'measured on an emulated board, so they are not hardware timings',
      hardware: 'measured on real hardware',
      local: 'measured on the computer that built this report',
      data: 'read from files, which nobody reran for this report',
    },
    all: (origin: string, explanation: string): readonly Inline[] => [
      'All numbers measured for this report are ',
      strong(origin),
      `: ${explanation}.`,
    ],
    some: (runs: number, origin: string, explanation: string): readonly Inline[] => [
      `Numbers of ${counted(runs, 'run')} are `,
      strong(origin),
      `: ${explanation}.`,
    ],
    /** Files of data, beside runs or alone. */
    data: (files: readonly string[], origin: string, explanation: string): readonly Inline[] => [
      `Numbers of ${files.join(', ')} are `,
      strong(origin),
      `: ${explanation}.`,
    ],
    noRuns: 'There are no runs yet.',
    runs: (runs: number, { here, record }: { here: number; record: number }, where: string) => {
      const parts = [
        ...(record > 0 ? [`${record} recorded`] : []),
        ...(here > 0 ? [`${here} not recorded`] : []),
      ]
      const history = parts.length === 0 ? '' : ` (${parts.join(', ')})`
      return `They come from ${counted(runs, 'run')}${history}: ${where}.`
    },
    /** `latency in xen-4.14 (9 patterns), in xen-4.17 (8 patterns)`. */
    where: (experiment: string, environments: readonly (readonly [name: string, patterns: number])[]) =>
      `${experiment} in ` +
      `${environments.map(([name, patterns]) => `${name} (${counted(patterns, 'pattern')})`).join(', in ')}`,
    wheres: (experiments: readonly string[]) => experiments.join('; '),
    missing: (runs: readonly string[]) => `${counted(runs.length, 'run')} missing: ${runs.join(', ')}.`,
    excluded: (runs: readonly string[]) =>
      `${counted(runs.length, 'run')} with rows excluded from all statistics: ${runs.join('; ')}.`,
    edited: (runs: readonly string[]) =>
      `${counted(runs.length, 'run')} with rows edited by hand: ${runs.join('; ')}.`,
    stale: (runs: readonly (readonly [run: string, reason: string])[]) =>
      `${counted(runs.length, 'stale run')}: ` +
      `${runs.map(([run, reason]) => `run ${run}: ${reason}`).join('; ')}.`,
    /** Claims that are weaker than recorded, defined otherwise, or gone. */
    changed: (claims: readonly string[]) => `Claims not as recorded: ${claims.join(', ')}.`,
  },

  page: {
    skip: 'Skip to the text',
    abstract: 'Abstract',
    contents: 'Contents',
    translations: 'Other languages',
    authors: ', ',
    affiliation: (name: string) => ` (${name})`,
    footnotes: 'Footnotes',
    backToText: 'Back to the text',
    /** In print, in place of a table that was moved to a page of its own. */
    tableOnPage: (page: string) => `The table is on page ${page}.`,
    orcid: (name: string) => `ORCID iD of ${name}`,
    keywords: 'Keywords',
    license: 'License',
    doi: 'DOI',
    fact: (term: string) => `${term}: `,
    list: (words: readonly string[]) => words.join(', '),
    code: (language: string) => `Code${language === '' ? '' : ` in ${language}`}`,
    formula: 'Formula',
    cite: 'Cite this report',
  },

  /** What a figure was drawn from. */
  drawn: {
    summary: (label: string) => `Data of ${label}`,
    rows: (dataset: string, rows: number, shown: number) =>
      `${dataset}: ${counted(rows, 'row')}${shown < rows ? `, of which the first ${shown} are here` : ''}`,
    rowsOf: (label: string, dataset: string) => `Rows of ${label}: ${dataset}`,
    specification: 'Specification (Vega-Lite)',
    specificationOf: (label: string) => `Specification of ${label}`,
  },

  /** What the page's script says; texts alone, as it is not part of this program. {} stands for a name. */
  reader: {
    download: 'Download:',
    downloadOf: '{}, download as',
    show: 'Show:',
    specification: 'Vega-Lite',
    more: 'Show all {} rows',
    select: 'Select from left to right:',
    selectFrom: '{}, selection from',
    selectTo: '{}, selection to',
    selected: '{} marks, below',
    search: 'Search in this report',
    found: 'Found: {}',
    tooShort: 'Write two letters or more',
    linkTo: 'Link to {}',
    copy: 'Copy',
    copied: 'Copied',
    dark: 'Dark colours',
    toContents: 'Back to the contents',
    enlarge: 'Enlarge {}',
    larger: 'Larger',
    smaller: 'Smaller',
    close: 'Close',
  },

  provenance: {
    title: 'Provenance',
    madeBy: 'rendered by',
    document: 'document',
    original: 'translation of',
    runs: 'runs',
    digestOf: (path: string, digest: string) => `${path}, SHA-256 ${digest}`,
    runsDigest: (runs: number, digest: string) =>
      `${counted(runs, 'run')}, SHA-256 of their names, keys and raw files ${digest}`,
    edits: 'rows edited by hand',
    data: 'data, not rerun',
    dataDigest: (file: string, digest: string, rows: number, source: string | undefined) =>
      `${file}, ${counted(rows, 'row')}, SHA-256 ${digest}${source === undefined ? '' : ` (${source})`}`,
    /** Of a document without experiments. */
    howToRender: (build: string): readonly Inline[] => ['To render this page: ', code(build), '.'],
    howTo: (build: string, rerun: string): readonly Inline[] => [
      'To render this page from the recorded runs: ',
      code(build),
      '. To rerun every experiment and render the results: ',
      code(rerun),
      '.',
    ],
  },

  concerns: {
    governor: (experiment: string, governors: readonly string[]) =>
      `${experiment} was measured under the CPU governor ${governors.join(', ')}, not performance: ` +
      'times follow the frequency.',
    /** `patterns` are those that it met; undefined for all. */
    elsewhere: (experiment: string, processors: number, patterns: readonly string[] | undefined) =>
      `Other programs kept up to ${processors} processors busy while ${experiment} ran` +
      `${patterns === undefined ? '' : ` (${abbreviated(patterns, 5)})`}: times may be too long.`,
  },
  experiment: {
    title: (id: string): readonly Inline[] => ['Experiment ', code(id)],
    inlineScript: 'script below',
    dataTitle: (id: string): readonly Inline[] => ['Data ', code(id)],
    notRerun: 'data, not rerun',
    /** Files, rows in all, and the column of the units of repetition. */
    dataSize: (files: readonly string[], rows: number, unit: string | undefined) =>
      `${files.join(', ')} · ${counted(rows, 'row')}${unit === undefined ? ', each an independent observation' : `, in units of ${unit}`}`,
    size: (environments: number, patterns: number, trials: number, boots: number) =>
      `${counted(environments, 'environment')}, ${counted(patterns, 'pattern')}, ` +
      `${counted(trials, 'trial')} each${boots > 1 ? ` in ${boots} boots` : ''}`,
    cells: (id: string) => `Cells of ${id}`,
    heads: {
      environment: 'environment',
      pattern: 'pattern',
      trials: 'trials',
      excluded: 'excluded rows',
      origin: 'origin',
      key: 'key',
      files: 'raw files (SHA-256)',
    },
    bytes: (count: number) => `${count} bytes`,
  },

  claim: {
    name: (id: string) => `${id}. `,
    verdicts: {
      reproduced: 'reproduced',
      'not reproduced': 'not reproduced',
      inconclusive: 'inconclusive',
      'not testable': 'not testable',
      'not run': 'not run',
    },
    published: 'published',
    recorded: 'recorded',
    thisRun: 'this run',
    why: 'why',
    note: 'note',
    restsOn: 'rests on',
    shownIn: 'shown in',
    /** Verdicts at other tolerances. */
    fragile: (half: string, twice: string) =>
      `fragile: ${half} at half the tolerance, ${twice} at twice the tolerance`,
    measured: (numbers: readonly string[], origins: readonly string[]) =>
      `${numbers.join('; ')}, ${origins.join(' + ')}`,
    /** What changed since the record, and before it. */
    since: 'since the record',
    history: 'history',
    changes,
    reasons,
    phrases,

    /** Table of all claims. */
    table: {
      claim: 'claim',
      says: 'says',
      verdict: 'verdict',
      isRecorded: 'is the recorded run',
      /** Verdict of a claim that is not as recorded. */
      changed: (verdict: string) => `${verdict} (not as recorded)`,
      note:
        'Numbers in brackets are 95 % intervals. The verdict is that of this run if there is one, ' +
        'otherwise that of the recorded one.',
    },

    /** Details that unfold below a claim. */
    detail: {
      summary: (id: string) => `How ${id} was judged`,
      allowed: 'allowed',
      interval: 'interval',
      spread: 'spread',
      serial: 'autocorrelation',
      reads: 'reads',
      environment: 'environment',
      list: (names: readonly string[]) => names.join(', '),
      machine: (environment: string, captured: readonly string[]) => `${environment}: ${captured.join(', ')}`,
      machines: (machines: readonly string[]) => machines.join('; '),
      heads: { cell: 'cell', n: 'n', key: 'key', rows: 'rows' },
      madeHere: 'not recorded',
      distributions: (id: string) => `Distributions of ${id}`,
      notDrawn: (series: number) => `Distributions are not drawn: ${series} series could not be told apart.`,
      /** Alternative text. */
      drawing: (id: string, origin: string, series: readonly string[]) =>
        `${id}: cumulative share of trials (${origin}): ${series.join(', ')}`,
      largest: (what: string) => `the largest ${what}`,
      otherCells: (cells: number) => `Inspect the other ${cells} cells in the same way.`,
    },
  },

  /** Plot of overlaid distributions. */
  distribution: {
    time: 'time',
    value: 'value',
    axis: (what: string, unit: string, isLogarithmic: boolean) =>
      `${what}${unit === '' ? '' : ` in ${unit}`}${isLogarithmic ? ', logarithmic' : ''}`,
    published: 'published: mean ◆ between min. and max.',
  },

  tables: {
    pattern: 'pattern',
    measure: 'measure',
    excluded: 'excluded',
    thisRerun: 'this rerun',
    published: 'published',
    comparison: 'comparison',
    share: 'share',
    sum: 'sum',
    n: 'n',
    mean: 'mean',
    /** Heads other than the labels in query/statistics.ts. */
    statistics: {} as Readonly<Record<string, string>>,
    percentile: (percent: string) => `${percent} %`,
    ratio: 'ratio',
    inRange: 'in range',
    yes: 'yes',
    no: 'no',
    none: 'none',
    byZero: 'none (published: 0)',
    list: (names: readonly string[]) => names.join(', '),
    comparisonNote:
      'Ratio: the mean of this rerun divided by the published mean. In range: ' +
      'whether the published mean lies between the smallest and largest values of this rerun.',
    comparisonCount: (inRange: number, all: number) =>
      `${inRange} of ${all} published means lie within the range of this rerun.`,
    otherMeasures: (names: readonly string[]) =>
      `Not in this table, in another unit or not in all runs: ${names.join(', ')}.`,
    excludedNote: (reasons: readonly (readonly [reason: string, count: number])[]) =>
      'Excluded observations, by reason: ' +
      `${reasons.map(([reason, count]) => `${reason} (${count})`).join('; ')}.`,
    incomplete: (count: number) => `${count} observations that lack a phase are left out.`,
    notRerun: (patterns: readonly string[]) => `Published but not rerun here: ${patterns.join(', ')}.`,
    onlyIn: (environments: readonly string[], patterns: readonly string[]) =>
      `Only in ${environments.join(', ')}: ${patterns.join('; ')}.`,
    item: 'item',
    host: (number?: number) => (number === undefined ? 'host' : `host ${number}`),
    publishedMachine: (machine: string) => `${machine} (published)`,
    differs: (environment: string, item: string, value: string, patterns: readonly string[]) =>
      `${environment}: ${item} is ${value} in ${patterns.join(', ')}.`,
    where: 'where',
    parameter: 'parameter',
    allPatterns: 'all patterns',
    baseline: 'baseline',
    changed: 'changed',

    effects: {
      shift: 'shift',
      from: 'from',
      to: 'to',
      delta: 'Cliff’s δ',
      p: 'p (Holm)',
      verdict: 'against the baseline',
      verdicts: { changed: 'changed', unchanged: 'unchanged', "can't tell": "can't tell" },
      method:
        'Shift: how far a typical value lies above the baseline’s (Hodges–Lehmann), with its interval; ' +
        'δ: 1 if all values lie above, −1 if all lie below. ' +
        'In each environment p is corrected for the number of comparisons (Holm), ' +
        'and each interval is a 95 % interval divided among them (Bonferroni).',
      /** Boots are the unit; whether those of both cells share seeds. */
      boots: {
        'paired by boot':
          'Boots are compared, each by its mean, paired by boot, as the cells share seeds: the shift is the mean difference of pairs, and the interval and p are the paired t test’s.',
        'independent boots':
          'Independent boots are compared, each by its mean: the shift is the difference of these means, and the interval and p are Welch’s.',
      },
      unchanged: (tolerance: string) =>
        `Unchanged: the interval of the shift and the difference of means lie within ${tolerance} of the ` +
        'baseline’s median. Absence of evidence is not evidence of absence: ' +
        'where neither a change nor its absence is shown, the table says “can’t tell”.',
      oneBoot: 'Trials within one boot were compared, which says nothing about the spread between boots.',
      /** Turns a warning into a sentence. */
      sentence: (warning: string) => `${warning.charAt(0).toUpperCase()}${warning.slice(1)}.`,
    },

    recordings: {
      quantity: 'published',
      recording: 'recording',
      operation: 'operation',
      phase: 'phase',
      before: 'before',
      after: 'after',
      alike: 'alike',
      error: 'error',
      sign: 'sign',
      right: 'right',
      wrong: 'wrong',
      rightSigns: 'right signs',
      closer: 'closer',
      absolute: 'absolute error',
      relative: 'relative error',
      median: 'median',
      largest: 'largest',
      near: (share: string) => `within ${share}`,
      ranks: 'rank correlation',
      quantities: {
        totals: (count: number) => counted(count, 'total'),
        phases: (count: number) => counted(count, 'phase'),
        slowdowns: (count: number) => counted(count, 'slowdown'),
      },
      errorNote:
        'Error: our value minus the published one, also as a share of the published one. Closer: ' +
        'the recording with the smaller absolute error; alike: ' +
        'the absolute errors differ by less than 1 µs (slowdowns: 0.01).',
      summaryNote:
        'Absolute values of errors; slowdowns have no unit. Rank correlation: Spearman’s, ' +
        'between our values and the published ones. “Within”, “right signs” and “closer” are counts. ' +
        'Closer: the recording with the smaller absolute error, ' +
        'if the two differ by at least 1 µs (slowdowns: 0.01).',
      slowdownNote: (band: string) =>
        'Slowdown: a mean as a multiple of the baseline’s. ' +
        'The baseline’s own slowdown is 1 by definition and omitted. ' +
        `The sign is right if ours and the published one both lie more than ${band} above 1, ` +
        `both more than ${band} below it, or both in between.`,
      counts: (
        environment: string,
        { before, after, alike }: Readonly<Record<'before' | 'after' | 'alike', number>>,
      ) => `${environment}: ${after} closer after, ${before} closer before, ${alike} alike.`,
    },

    validity: {
      reference: (name: string) => `reference: ${name}`,
      /** The reference environment is not hardware, but stands in for it. */
      standIn: (name: string) => `stand-in for hardware: ${name}`,
      notYet: (name: string) => `no run on ${name} yet`,
      environment: 'this environment',
      centres: { mean: 'mean', median: 'median' },
      error: 'error',
      share: 'relative',
      sign: 'sign',
      signs: {
        time: { more: 'too long', less: 'too short' },
        other: { more: 'too large', less: 'too small' },
      },
      effect: 'effect',
      agrees: (sign: string) => `agrees (${sign})`,
      opposite: 'opposite',
      unknown: "can't tell",
      overPatterns: 'over patterns',
      ranks: 'rank correlation',
      patterns: 'patterns',
      standInNote: (name: string, origins: string) =>
        `${name} is not hardware (${origins}): it stands in for a machine that has not been measured. ` +
        'This table does not say how close any of these numbers are to those of hardware.',
      errorNote: (centre: string) =>
        `Error: how far the ${centre} lies above that of the reference (below: negative), as a share of it. ` +
        'From, to: 95 % intervals, each by itself, over boots where there are several; ' +
        'boots of cells with the same seed are paired. Sign: as far as the interval shows one.',
      effectNote:
        'Effect: whether the pattern moves the value from the baseline’s in the same direction as in the ' +
        'reference. “Can’t tell”: at least one of the two intervals of the difference contains 0.',
      ranksNote: (fewest: number) =>
        'Rank correlation: Spearman’s, between the values of patterns here and in the reference, ' +
        `from ${fewest} patterns on; “patterns” counts those that both have.`,
    },
  },

  references: {
    title: 'References',
    noEntry: (key: string) => `@${key} (no such entry)`,
    and: ' and ',
    others: ' et al.',
    editors: (count: number): string => (count === 1 ? ' (ed.)' : ' (eds.)'),
    inside: 'In ',
    edition: (edition: string) => (/^\d+$/.test(edition) ? `${ordinal(edition)} ed.` : edition),
    accessed: (date: string) => `accessed ${date}`,
    version: (version: string) => (/^\d/.test(version) ? `version ${version}` : version),
    beforeChrist: (date: string) => `${date} BC`,
    about: (date: string) => `c. ${date}`,
    season: (season: string, year: string) => `${season} ${year}`,
    seasons: ['spring', 'summer', 'autumn', 'winter'] as readonly string[],
    /** BibLaTeX's keys for publication states. */
    states: {
      inpreparation: 'in preparation',
      submitted: 'submitted',
      forthcoming: 'forthcoming',
      inpress: 'in press',
      prepublished: 'prepublished',
    },
    /** BibLaTeX's keys for types of theses, reports and patents. */
    genres: {
      phdthesis: 'PhD thesis',
      mathesis: 'Master’s thesis',
      bathesis: 'Bachelor’s thesis',
      candthesis: 'Candidate thesis',
      techreport: 'Technical report',
      resreport: 'Research report',
      patent: 'Patent',
      patentde: 'German patent',
      patenteu: 'European patent',
      patentfr: 'French patent',
      patentuk: 'British patent',
      patentus: 'US patent',
    },
  },
}

const endings: Readonly<Record<string, string>> = { one: 'st', two: 'nd', few: 'rd' }

/** `3rd`. */
function ordinal(number: string): string {
  const rule = new Intl.PluralRules('en', { type: 'ordinal' }).select(Number(number))
  return `${number}${endings[rule] ?? 'th'}`
}
