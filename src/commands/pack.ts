/** `repro pack`: one archive of the project, its recorded runs and its report. */

import { relative, resolve } from 'node:path'
import { counted } from '../text/message.ts'
import { command } from './command.ts'
import { flag, text } from './options.ts'
import { siteOf } from './site.ts'
import { requireFolder } from './terminal/outputfile.ts'
import { complain, exitCodes, print } from './terminal/terminal.ts'

export const pack = command({
  usage: 'pack [DOCUMENT]',
  summary: 'one archive of the project, its runs and its report',
  options: {
    output: text({
      short: 'o',
      value: 'FILE',
      description: 'where the archive goes; what is there is replaced',
      otherwise: '_build/NAME-VERSION.zip',
    }),
    'allow-dirty': flag('pack what is not committed, too; the archive says so'),
    list: flag('list the files of the archive'),
  },
  description: [
    `Writes one zip for an archive such as Zenodo, or for a committee that gives badges: the files of the
    project's commit, its recorded runs and its report, with an artifact appendix of two pages (ARTIFACT.md,
    ARTIFACT.html), metadata (RO-Crate, codecheck.yml) and checksums. Every cell must be recorded as the
    document asks for it. Files that are not committed and look like secrets (.env, keys) are left out. The
    same commit gives the same bytes.`,
  ],
  docs: 'docs/artifact.md',
  exits: {
    failed: 'something keeps the archive from being whole, such as a file that is not committed',
    notFrozen: 'a cell is not recorded as the document asks for it',
  },
  examples: [['pack -o /tmp/artifact.zip --list', 'the archive, and what is in it']],
  async action({ options, words: [document], generator, signal }) {
    const site = siteOf(document, generator, signal)
    const { megabytes } = await import('../text/numbers.ts')
    const { pack } = await import('../pack/pack.ts')
    const { withDisplay } = await import('./terminal/progress.ts')
    const output = options.output === undefined ? undefined : resolve(options.output)
    if (output !== undefined) await requireFolder(output, options.output)
    const request = { output, allowDirty: options['allow-dirty'], signal }
    const archive = await withDisplay((tell) => pack(site, request, tell))
    for (const note of archive.notes) complain(note)
    print(relative(process.cwd(), archive.file))
    if (options.list) for (const path of archive.paths) print(`  ${path}`)
    print(`sha256 ${archive.sha256}, ${counted(archive.paths.length, 'file')}, ${megabytes(archive.bytes)}`)
    return exitCodes.done
  },
})
