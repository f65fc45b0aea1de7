/** `repro clean`: deletes old runs and saved boards. */

import { locate } from '../project/root.ts'
import { command } from './command.ts'
import { flag, single } from './options.ts'
import { UsageError } from './parse.ts'

/** Days. */
const usualAge = 30

export const clean = command({
  usage: 'clean [DOCUMENT]',
  summary: 'delete old runs that are not recorded, and saved boards',
  options: {
    older: single(
      { value: 'DAYS', description: 'minimum age, such as 7d', otherwise: `${usualAge}d` },
      (text, flag) => {
        const days = /^(\d+)d?$/.exec(text)?.[1]
        if (days === undefined) throw new UsageError(`${flag} takes days, such as 30d, not ${text}`)
        return Number(days)
      },
    ),
    'dry-run': flag('list them only', 'n'),
  },
  description: [
    `Deletes unrecorded runs and the remains of boots and failed cells from .repro/, and saved boards from the
    cache. Recorded runs are kept, whatever their age. DOCUMENT names the project, which need not be the one of
    the working folder; all of its documents are meant.`,
  ],
  examples: [['clean --older 7d -n', 'what is older than a week']],
  async action({ options, words: [document], signal }) {
    const { deleteOld } = await import('./work/clean.ts')
    const { project } = locate(document, process.cwd())
    return await deleteOld(project, { days: options.older ?? usualAge, dryRun: options['dry-run'] }, signal)
  },
})
