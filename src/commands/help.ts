/** `repro help COMMAND`: what a command does and takes, where its line in the general help is not enough. */

/** By command. */
const details: ReadonlyMap<string, string> = new Map([
  [
    'pack',
    `repro pack [DOCUMENT] [-o FILE] [--allow-dirty]

Writes one zip for an archive such as Zenodo, or for a committee that gives badges: the files of the project's commit, its recorded
runs and its report, with an artifact appendix of two pages (ARTIFACT.md, ARTIFACT.html), metadata (RO-Crate, codecheck.yml)
and checksums. It runs nothing: every cell must be recorded as the document asks for it. The same commit gives the same bytes.

  -o, --output FILE  where the archive goes (_build/NAME-VERSION.zip, by package.json or the title); what is there is replaced
  --allow-dirty      pack also what is not committed; the archive says so

Exit codes: 0 done, 1 files are not committed or missing, or cannot be written, 2 usage or document, 4 a run is not recorded.
What is in the archive, and what authors can state: docs/artifact.md
`,
  ],
])

/** The text for a command; the general one if it has none of its own, or if no command is asked for. */
export function helpText(command: string | undefined, general: string): string {
  return details.get(command ?? '') ?? general
}
