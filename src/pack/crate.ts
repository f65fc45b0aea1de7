/**
 * ro-crate-metadata.json: the archive as a research object, in which each recorded run is an action that made
 * its rows. RO-Crate 1.1 (https://w3id.org/ro/crate/1.1) with the profile Process Run Crate 0.5
 * (https://w3id.org/ro/wfrun/process/0.5).
 */

import { extname } from 'node:path'
import { secondsOf, spanOf, runName, type Run } from '../results/run.ts'
import { type Artifact, type Experiment, recordedFiles } from './artifact.ts'
import type { Creator } from './metadata.ts'

/** A file of the archive, as described in the metadata. */
export interface Described {
  readonly path: string
  /** Absent for files written after the metadata. */
  readonly content?: { readonly bytes: number; readonly sha256: string }
}

interface Entity {
  readonly '@id': string
  readonly '@type': string | readonly string[]
  readonly [property: string]: unknown
}

const specification = 'https://w3id.org/ro/crate/1.1'
const profile = 'https://w3id.org/ro/wfrun/process/0.5'
// The second one defines sha256, which the specification lacks.
const contexts = [`${specification}/context`, 'https://w3id.org/ro/terms/workflow-run/context']
const tool = '#repro'

/** Deterministic: same artifact and files, same text. */
export function crateText(artifact: Artifact, files: readonly Described[]): string {
  const descriptor: Entity = {
    '@id': 'ro-crate-metadata.json',
    '@type': 'CreativeWork',
    conformsTo: { '@id': specification },
    about: { '@id': './' },
  }
  const entities = [
    ...[descriptor, root(artifact, files)],
    ...[...contextual(artifact), ...actions(artifact, files), ...described(artifact, files)],
  ]
  // Two creators may have given the same ORCID.
  const graph = [...Map.groupBy(entities, (entity) => entity['@id']).values()].map(([first]) => first)
  return `${JSON.stringify({ '@context': contexts, '@graph': graph }, null, 2)}\n`
}

function root(artifact: Artifact, files: readonly Described[]): Entity {
  const { metadata, date, revision, runs, paper } = artifact
  const { version, license, repository, doi } = metadata
  const changes = revision?.changes ?? []
  return {
    '@id': './',
    '@type': 'Dataset',
    name: metadata.title,
    description: [
      metadata.description,
      ...(revision === undefined ? [] : [`Files of commit ${revision.commit}.`]),
      ...(changes.length === 0 ? [] : [`Not as committed: ${changes.join(', ')}.`]),
    ].join('\n\n'),
    datePublished: date,
    license: license === undefined ? 'not stated' : { '@id': licenseId(license) },
    ...(version === undefined ? {} : { version }),
    ...(metadata.keywords.length === 0 ? {} : { keywords: metadata.keywords.join(', ') }),
    ...(repository === undefined ? {} : { isBasedOn: repository }),
    ...(doi === undefined ? {} : { identifier: `https://doi.org/${doi}` }),
    author: metadata.creators.map((_, index) => ({ '@id': creatorId(metadata.creators, index) })),
    conformsTo: { '@id': profile },
    mainEntity: { '@id': idOf(paper) },
    hasPart: files.map(({ path }) => ({ '@id': idOf(path) })),
    mentions: [
      ...runs.map((run) => ({ '@id': actionId(run) })),
      ...reportsOf(artifact).map(({ id }) => ({ '@id': id })),
    ],
  }
}

function contextual({ metadata, generator }: Artifact): readonly Entity[] {
  const { creators, license } = metadata
  const [name, softwareVersion] = generator.split(' ')
  const organizations = [...new Set(creators.flatMap(({ affiliation }) => affiliation ?? []))].sort()
  return [
    { '@id': profile, '@type': 'CreativeWork', name: 'Process Run Crate', version: '0.5' },
    {
      '@id': tool,
      '@type': 'SoftwareApplication',
      name,
      softwareVersion,
      description: 'Runs the experiments of a document and renders its report',
      ...(metadata.repository === undefined ? {} : { url: metadata.repository }),
    },
    ...(license === undefined
      ? []
      : [
          {
            '@id': licenseId(license),
            '@type': 'CreativeWork',
            name: license,
            description: `The license of the files, as SPDX writes it: ${license}`,
          },
        ]),
    ...creators.map(({ type, name, affiliation }, index): Entity => ({
      '@id': creatorId(creators, index),
      '@type': type,
      name,
      ...(affiliation === undefined ? {} : { affiliation: { '@id': organizationId(affiliation) } }),
    })),
    ...organizations.map((name): Entity => ({ '@id': organizationId(name), '@type': 'Organization', name })),
  ]
}

/** Returns an action for each run, and for the reports made from all of them. */
function actions(artifact: Artifact, files: readonly Described[]): readonly Entity[] {
  const { runs, experiments, metadata, paper } = artifact
  const paths = new Set(files.map(({ path }) => path))
  const there = (names: readonly string[]) =>
    names.filter((path) => paths.has(path)).map((path) => ({ '@id': idOf(path) }))
  const agent = metadata.creators.map((_, index) => ({ '@id': creatorId(metadata.creators, index) }))
  const run = (one: Run): Entity => {
    const span = spanOf(one)
    const seconds = secondsOf(one)
    const inputs = Object.keys(one.inputs).flatMap((input) => /^file (.*)/.exec(input)?.[1] ?? [])
    const experiment = experiments.find(({ block }) => block.id === one.experiment)
    const pattern = experiment?.block.patterns.find(({ name }) => name === one.pattern)
    const laboratory = one.origin === 'local' ? [] : artifact.definitions
    return {
      '@id': actionId(one),
      '@type': 'CreateAction',
      name: `${experiment?.number}: ${runName(one)}`,
      description: [
        `${one.trials} trials of "${pattern?.label ?? one.pattern}", ${one.origin}, seed ${one.seed}`,
        seconds === undefined ? '' : `${seconds} s on ${one.provenance['host CPU'] ?? 'an unknown host'}`,
        `key ${one.key}`,
      ]
        .filter((part) => part !== '')
        .join('; '),
      ...(span === undefined ? {} : { startTime: iso(span[0]), endTime: iso(span[1]) }),
      instrument: { '@id': idOf(scriptOf(experiment, paper)) },
      object: there([...new Set([paper, ...laboratory, ...inputs])].sort()),
      result: there(recordedFiles(one)),
      ...(agent.length === 0 ? {} : { agent }),
    }
  }
  const rows = runs.map((one) => recordedFiles(one)[0])
  return [
    ...runs.map(run),
    ...reportsOf(artifact).map(({ id, name, command, papers, report }): Entity => ({
      '@id': id,
      '@type': 'CreateAction',
      name,
      description: command,
      instrument: { '@id': tool },
      object: there([...papers, ...rows]),
      result: there([report]),
      ...(agent.length === 0 ? {} : { agent }),
    })),
  ]
}

/** Returns the report and those of the translations, which also use the original document. */
function reportsOf({ paper, report, editions }: Artifact) {
  const name = 'The report from the document and the recorded runs'
  return [
    { id: '#report', name, command: 'npx repro build --frozen', papers: [paper], report },
    ...editions.map((one) => ({
      id: `#report/${one.lang}`,
      name: `${name} (${one.lang})`,
      command: `npx repro build --frozen ${one.paper}`,
      papers: [one.paper, paper],
      report: one.report,
    })),
  ]
}

function described(artifact: Artifact, files: readonly Described[]): readonly Entity[] {
  const { experiments, paper } = artifact
  const scripts = new Set(experiments.map((one) => scriptOf(one, paper)))
  return files.map(({ path, content }): Entity => ({
    '@id': idOf(path),
    '@type': scripts.has(path) ? ['File', 'SoftwareSourceCode'] : 'File',
    name: path,
    encodingFormat: formats.get(extname(path)) ?? 'text/plain',
    ...(content === undefined ? {} : { contentSize: String(content.bytes), sha256: content.sha256 }),
    ...(scripts.has(path)
      ? { description: 'Script of an experiment', softwareRequirements: { '@id': tool } }
      : {}),
  }))
}

/** Returns the script's file; the document for an inline script. */
function scriptOf(experiment: Experiment | undefined, paper: string): string {
  const script = experiment?.block.script
  return script !== undefined && 'file' in script ? script.file : paper
}

/** Returns the relative URI of a file; encodes all but slashes. */
export function idOf(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/')
}

function actionId(run: Run): string {
  return `#run/${idOf(runName(run))}`
}

function licenseId(license: string): string {
  return /^[\w.+-]+$/.test(license) ? `https://spdx.org/licenses/${license}` : '#license'
}

function creatorId(creators: readonly Creator[], index: number): string {
  const orcid = creators[index]?.orcid
  return orcid === undefined ? `#creator-${index + 1}` : `https://orcid.org/${orcid}`
}

function organizationId(name: string): string {
  return `#organization/${encodeURIComponent(name)}`
}

function iso(ms: number): string {
  return new Date(ms).toISOString()
}

const formats: ReadonlyMap<string, string> = new Map([
  ['.bib', 'application/x-bibtex'],
  ['.c', 'text/x-c'],
  ['.cff', 'application/yaml'],
  ['.csv', 'text/csv'],
  ['.gz', 'application/gzip'],
  ['.h', 'text/x-c'],
  ['.html', 'text/html'],
  ['.jpg', 'image/jpeg'],
  ['.js', 'text/javascript'],
  ['.json', 'application/json'],
  ['.md', 'text/markdown'],
  ['.mjs', 'text/javascript'],
  ['.pdf', 'application/pdf'],
  ['.png', 'image/png'],
  ['.sh', 'application/x-sh'],
  ['.svg', 'image/svg+xml'],
  ['.ts', 'text/x-typescript'],
  ['.xml', 'application/xml'],
  ['.yaml', 'application/yaml'],
  ['.yml', 'application/yaml'],
  ['.zip', 'application/zip'],
])
