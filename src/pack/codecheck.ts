/** codecheck.yml: the outputs that a codechecker recreates. https://codecheck.org.uk/spec/config/1.0/ */

import { Document } from 'yaml'
import * as z from 'zod'
import { runName } from '../results/run.ts'
import { counted } from '../text/message.ts'
import { invocation } from '../text/program.ts'
import { type Artifact, recordedFiles } from './artifact.ts'

/**
 * Not 2.0: it requires every author's ORCID and a reference to the published paper, which a paper under
 * review lacks.
 */
const version = 'https://codecheck.org.uk/spec/config/1.0/'

export const keptCodecheck = z.looseObject({ paper: z.looseObject({}).nullish() })
type Kept = z.infer<typeof keptCodecheck>

/**
 * Returns the file's text. Its manifest lists the reports and the rows of every run; the checker adds
 * `codechecker` and `report`.
 * @param kept the project's codecheck.yml; all but its manifest is kept
 */
export function codecheck(artifact: Artifact, kept: Kept): string {
  const { metadata, report, translations, runs, experiments } = artifact
  const manifest = [
    { file: report, comment: `The report, with all tables and figures: ${invocation} build` },
    ...translations.map((one) => ({
      file: one.report,
      comment: `The same in another language (${one.lang}): ${invocation} build ${one.paper}`,
    })),
    ...runs.map((run) => {
      const number = experiments.find(({ block }) => block.id === run.experiment)?.number
      return {
        file: recordedFiles(run)[0],
        comment:
          `${number}: ${counted(run.trials, 'trial')}, ${run.origin}: ` +
          `${invocation} build --rerun=${runName(run)} --record`,
      }
    }),
  ]
  const paper = {
    title: metadata.title,
    authors: metadata.creators.map(({ name, orcid }) => ({ name, ORCID: orcid })),
    reference: metadata.doi && `https://doi.org/${metadata.doi}`,
  }
  // Leaves out what is undefined.
  const made = new Document(
    {
      version,
      repository: metadata.repository,
      ...kept,
      paper: { ...paper, ...kept.paper },
      manifest,
    },
    { version: '1.1' },
  )
  // The specification requires the YAML version and the three dashes.
  if (made.directives) made.directives.yaml.explicit = true
  return made.toString({ lineWidth: 0 })
}
