/** codecheck.yml: the outputs that a codechecker recreates. https://codecheck.org.uk/spec/config/1.0/ */

import { Document, parse } from 'yaml'
import { runName } from '../results/run.ts'
import { type Artifact, recordedFiles } from './artifact.ts'
import { PackError } from './error.ts'

/**
 * Not 2.0: it requires every author's ORCID and a reference to the published paper, which a paper under
 * review lacks.
 */
const version = 'https://codecheck.org.uk/spec/config/1.0/'

/**
 * Returns the file's text. Its manifest lists the reports and the rows of every run; the checker adds
 * `codechecker` and `report`.
 * @param own text of the project's codecheck.yml: all but its manifest is kept. Throws a PackError if
 *   invalid.
 */
export function codecheck(artifact: Artifact, own: string | undefined): string {
  const { metadata, report, editions, runs, experiments } = artifact
  const manifest = [
    { file: report, comment: 'The report, with all tables and figures: npx repro build' },
    ...editions.map((one) => ({
      file: one.report,
      comment: `The same in another language (${one.lang}): npx repro build ${one.paper}`,
    })),
    ...runs.map((run) => {
      const number = experiments.find(({ block }) => block.id === run.experiment)?.number
      return {
        file: recordedFiles(run)[0],
        comment: `${number}: ${run.trials} trials, ${run.origin}: npx repro build --rerun=${runName(run)} --record`,
      }
    }),
  ]
  const paper = {
    title: metadata.title,
    authors: metadata.creators.map(({ name, orcid }) => ({
      name,
      ...(orcid === undefined ? {} : { ORCID: orcid }),
    })),
    ...(metadata.doi === undefined ? {} : { reference: `https://doi.org/${metadata.doi}` }),
  }
  const kept = read(own)
  const made = new Document(
    {
      version,
      ...(metadata.repository === undefined ? {} : { repository: metadata.repository }),
      ...kept,
      paper: { ...paper, ...(kept.paper as object | undefined) },
      manifest,
    },
    { version: '1.1' },
  )
  // The specification requires the YAML version and the three dashes.
  if (made.directives) made.directives.yaml.explicit = true
  return made.toString({ lineWidth: 0 })
}

function read(own: string | undefined): Record<string, unknown> {
  if (own === undefined) return {}
  let data: unknown
  try {
    data = parse(own)
  } catch (cause) {
    throw new PackError(`cannot read codecheck.yml: ${(cause as Error).message}`, { cause })
  }
  if (typeof data !== 'object' || data === null || Array.isArray(data))
    throw new PackError('codecheck.yml is no mapping of keys to values')
  return data as Record<string, unknown>
}
