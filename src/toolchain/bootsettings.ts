/** What a job may ask of a boot of Xen. */

import * as z from 'zod'
import { JobError } from '../testbed/board.ts'
import type { Job } from '../testbed/board.ts'

/** Absent settings take the board's own. */
const schema = z.strictObject({
  scheduler: z
    .string()
    .regex(/^[a-z0-9]+$/, 'the name of a scheduler, such as credit2')
    .optional(),
  dom0Vcpus: z.int().min(1).optional(),
})

export type BootSettings = z.infer<typeof schema>

/** Throws a JobError for settings that do not exist. */
export function bootSettings({ boot }: Pick<Job, 'boot'>): BootSettings {
  const settings = schema.safeParse(boot ?? {})
  if (settings.success) return settings.data
  throw new JobError(`the job's boot: ${z.prettifyError(settings.error)}`)
}
