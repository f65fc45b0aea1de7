/** What is submitted: the job's script, which Slurm copies to the nodes, and its options. */

import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { programUrl } from '../../dist.ts'
import { arrayFolder } from './exchange.ts'

/** Tasks with the same of this are submitted together. */
export interface Resources {
  readonly gres?: string | undefined
  readonly alone: boolean
  readonly deadlineMs: number
}

/** Time beside a boot's deadline: until Node runs, and until the boot and what it started have ended. */
const marginSeconds = 180

/**
 * Returns the script of an array's tasks. It says itself what is missing on a node: only its own output can
 * tell, and that only if the project's folder is there.
 */
export function jobScript(project: string, array: string): string {
  const program = fileURLToPath(programUrl('task.js'))
  const [node, runner, folder] = [process.execPath, program, project].map(quoted)
  const missing = (test: string, what: string) =>
    `[ ${test} ] || { echo "$(hostname): ${what}" >&2; exit 127; }`
  return [
    '#!/bin/sh',
    missing(`-d ${folder}`, `no folder ${shown(project)}`),
    missing(`-x ${node}`, `no Node at ${shown(process.execPath)}`),
    missing(`-r ${runner}`, `no file ${shown(program)}`),
    `exec ${node} --enable-source-maps ${runner} ${folder} ${quoted(array)} "$SLURM_ARRAY_TASK_ID"`,
    '',
  ].join('\n')
}

/** Returns the options of sbatch; `more` are the user's, which override these. */
export function jobArguments(
  project: string,
  array: string,
  tasks: number,
  { gres, alone, deadlineMs }: Resources,
  more: readonly string[],
): readonly string[] {
  const log = join(project, arrayFolder(array), '%a.log')
  return [
    `--array=0-${tasks - 1}`,
    '--nodes=1',
    '--ntasks=1',
    '--requeue',
    '--open-mode=append',
    `--chdir=${project}`,
    // `%` starts a pattern, as in `%a`, the index.
    `--output=${log.slice(0, -'%a.log'.length).replaceAll('%', '%%')}%a.log`,
    `--time=${Math.ceil((deadlineMs / 1000 + marginSeconds) / 60)}`,
    ...(alone ? ['--exclusive'] : []),
    ...(gres === undefined ? [] : [`--gres=${gres}`]),
    ...more,
  ]
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}

/** For a text in double quotes of the shell. */
function shown(text: string): string {
  return text.replaceAll(/["$`\\]/g, '?')
}
