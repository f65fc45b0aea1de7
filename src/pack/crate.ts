/**
 * ro-crate-metadata.json: the archive as a research object, in which each recorded run is an action that made
 * its rows. RO-Crate 1.1 (https://w3id.org/ro/crate/1.1) with the profile Process Run Crate 0.5
 * (https://w3id.org/ro/wfrun/process/0.5).
 */

import { extname } from 'node:path'
import { editsOf } from '../claims/edits.ts'
import { english } from '../claims/reasons.ts'
import { secondsOf, spanOf, runName, type Run } from '../results/run.ts'
import { counted, present } from '../text/message.ts'
import { invocation } from '../text/program.ts'
import { type Artifact, type Experiment, recordedFiles } from './artifact.ts'
import type { Metadata } from './metadata.ts'

export interface Described {
  readonly path: string
  /** Absent for files written after the metadata. */
  readonly content?: { readonly bytes: number; readonly sha256: string }
}

interface Reference {
  readonly '@id': string
}

interface Entity extends Reference {
  readonly '@type': string | readonly string[]
  /** Undefined ones are left out of the file. */
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
    conformsTo: refer(specification),
    about: refer('./'),
  }
  const entities = [
    ...[descriptor, root(artifact, files)],
    ...[...contextual(artifact), ...actions(artifact, files), ...described(artifact, files)],
  ]
  // Two creators may have given the same ORCID.
  const graph = [...Map.groupBy(entities, (entity) => entity['@id']).values()].map(([first]) => first)
  return `${JSON.stringify({ '@context': contexts, '@graph': graph }, null, 2)}\n`
}

function refer(id: string): Reference {
  return { '@id': id }
}

function root(artifact: Artifact, files: readonly Described[]): Entity {
  const { metadata, date, revision, runs, paper } = artifact
  const { version, license, repository, doi } = metadata
  const changes = revision?.changes ?? []
  return {
    '@id': './',
    '@type': 'Dataset',
    name: metadata.title,
    description: present([
      metadata.description,
      revision && `Files of commit ${revision.commit}.`,
      changes.length > 0 && `Not as committed: ${changes.join(', ')}.`,
    ]).join('\n\n'),
    datePublished: date,
    license: license === undefined ? 'not stated' : refer(licenseId(license)),
    version,
    keywords: metadata.keywords.join(', ') || undefined,
    isBasedOn: repository,
    identifier: doi && `https://doi.org/${doi}`,
    author: creatorIds(metadata).map(refer),
    conformsTo: refer(profile),
    mainEntity: refer(idOf(paper)),
    hasPart: files.map(({ path }) => refer(idOf(path))),
    mentions: [...runs.map(actionId), ...reportsOf(artifact).map(({ id }) => id)].map(refer),
  }
}

function contextual({ metadata, generator }: Artifact): readonly Entity[] {
  const { creators, license, paper } = metadata
  const [name, softwareVersion] = generator.split(' ')
  const ids = creatorIds(metadata)
  const organizations = [...new Set(creators.flatMap(({ affiliation }) => affiliation ?? []))].sort()
  return present<Entity>([
    { '@id': profile, '@type': 'CreativeWork', name: 'Process Run Crate', version: '0.5' },
    {
      '@id': tool,
      '@type': 'SoftwareApplication',
      name,
      softwareVersion,
      description: 'Runs the experiments of a document and renders its report',
      url: metadata.repository,
    },
    ...[...new Set(present([license, paper.license]))].map((name): Entity => ({
      '@id': licenseId(name),
      '@type': 'CreativeWork',
      name,
      description: `The license of ${name === license ? 'the files' : 'the paper'}, as SPDX writes it: ${name}`,
    })),
    ...creators.map(({ type, name, affiliation }, index): Entity => ({
      '@id': ids[index] ?? '',
      '@type': type,
      name,
      affiliation: affiliation && refer(organizationId(affiliation)),
    })),
    ...organizations.map((name): Entity => ({ '@id': organizationId(name), '@type': 'Organization', name })),
  ])
}

/** Returns an action for each run, and for the reports made from all of them. */
function actions(artifact: Artifact, files: readonly Described[]): readonly Entity[] {
  const { runs, experiments, metadata, paper } = artifact
  const paths = new Set(files.map(({ path }) => path))
  const packed = (names: readonly string[]) =>
    names.filter((path) => paths.has(path)).map((path) => refer(idOf(path)))
  const creators = creatorIds(metadata).map(refer)
  const agent = creators.length === 0 ? undefined : creators
  const runAction = (run: Run): Entity => {
    const [startMs, endMs] = spanOf(run) ?? []
    const seconds = secondsOf(run)
    const named = Object.keys(run.inputs).flatMap((input) => /^(?:file|data) (.*)/.exec(input)?.[1] ?? [])
    const inputs = [...new Set(named)]
    const experiment = experiments.find(({ block }) => block.id === run.experiment)
    const pattern = experiment?.block.patterns.find(({ name }) => name === run.pattern)
    const definitions = run.origin === 'local' ? [] : artifact.definitions
    return {
      '@id': actionId(run),
      '@type': 'CreateAction',
      name: `${experiment?.number}: ${runName(run)}`,
      description: present([
        `${counted(run.trials, 'trial')} of "${pattern?.label ?? run.pattern}", ${run.origin}, seed ${run.seed}`,
        seconds !== undefined && `${seconds} s on ${run.provenance['host CPU'] ?? 'an unknown host'}`,
        `key ${run.key}`,
        ...editsOf([run]).map((one) => `rows edited by hand: ${english.edits(one)}`),
      ]).join('; '),
      startTime: iso(startMs),
      endTime: iso(endMs),
      instrument: refer(idOf(scriptOf(experiment, paper))),
      object: packed([...new Set([paper, ...definitions, ...inputs])].sort()),
      result: packed(recordedFiles(run)),
      agent,
    }
  }
  const rows = [...runs.map((run) => recordedFiles(run)[0]), ...artifact.data.map(({ file }) => file)]
  return [
    ...runs.map(runAction),
    ...reportsOf(artifact).map(({ id, name, command, papers, report }): Entity => ({
      '@id': id,
      '@type': 'CreateAction',
      name,
      description: command,
      instrument: refer(tool),
      object: packed([...papers, ...rows]),
      result: packed([report]),
      agent,
    })),
  ]
}

/** Returns the report and those of the translations, which also use the original document. */
function reportsOf({ paper, report, translations }: Artifact) {
  const name = 'The report from the document and the recorded runs'
  return [
    { id: '#report', name, command: `${invocation} build --frozen`, papers: [paper], report },
    ...translations.map((one) => ({
      id: `#report/${one.lang}`,
      name: `${name} (${one.lang})`,
      command: `${invocation} build --frozen ${one.paper}`,
      papers: [one.paper, paper],
      report: one.report,
    })),
  ]
}

function described(artifact: Artifact, files: readonly Described[]): readonly Entity[] {
  const { experiments, paper, report, metadata } = artifact
  const { license, doi } = metadata.paper
  const scripts = new Set(experiments.map((one) => scriptOf(one, paper)))
  const data = new Set(artifact.data.map(({ file }) => file))
  return files.map(({ path, content }): Entity => ({
    '@id': idOf(path),
    '@type': scripts.has(path) ? ['File', 'SoftwareSourceCode'] : 'File',
    name: path,
    encodingFormat: formats.get(extname(path)) ?? 'text/plain',
    contentSize: content && String(content.bytes),
    sha256: content?.sha256,
    ...(data.has(path) && { description: 'Data that nobody reran' }),
    ...([paper, report].includes(path) && {
      license: license && refer(licenseId(license)),
      identifier: doi && `https://doi.org/${doi}`,
    }),
    ...(scripts.has(path) && {
      description: 'Script of an experiment',
      softwareRequirements: refer(tool),
    }),
  }))
}

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
  return /^[\w.+-]+$/.test(license)
    ? `https://spdx.org/licenses/${license}`
    : `#license/${encodeURIComponent(license)}`
}

function creatorIds({ creators }: Metadata): readonly string[] {
  return creators.map(({ orcid }, index) =>
    orcid === undefined ? `#creator-${index + 1}` : `https://orcid.org/${orcid}`,
  )
}

function organizationId(name: string): string {
  return `#organization/${encodeURIComponent(name)}`
}

function iso(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : new Date(ms).toISOString()
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
  ['.jsonl', 'application/jsonl'],
  ['.md', 'text/markdown'],
  ['.mjs', 'text/javascript'],
  ['.ndjson', 'application/x-ndjson'],
  ['.parquet', 'application/vnd.apache.parquet'],
  ['.pdf', 'application/pdf'],
  ['.png', 'image/png'],
  ['.sh', 'application/x-sh'],
  ['.svg', 'image/svg+xml'],
  ['.ts', 'text/x-typescript'],
  ['.tsv', 'text/tab-separated-values'],
  ['.xml', 'application/xml'],
  ['.yaml', 'application/yaml'],
  ['.yml', 'application/yaml'],
  ['.zip', 'application/zip'],
])
