/** The package as users get it, packed once in a run of the tests. */

import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { exclusively } from '../../src/files/exclusive.ts'
import { runFolder } from '../build.ts'
import { source } from '../source.ts'

/** Returns the package's file, with the name that npm gave it. What npm keeps goes into `home`; dist/ exists already: other tests run it. */
export async function packed(home: string, npmCache: string): Promise<string> {
  const folder = join(runFolder(), 'packed')
  const name = () => readdirSync(folder).find((one) => one.endsWith('.tgz'))
  mkdirSync(folder, { recursive: true })
  await exclusively(`${folder}.lock`, { what: 'package' }, async () => {
    if (name() !== undefined) return
    const run = (program: string, args: readonly string[]) =>
      execFileSync(program, args, {
        cwd: source('.'),
        env: { PATH: process.env.PATH, HOME: home, npm_config_cache: npmCache },
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      })
    run('npx', ['tsc', '--project', 'tsconfig.types.json'])
    run('npm', ['pack', '--ignore-scripts', '--pack-destination', folder])
  })
  return join(folder, name() ?? '')
}
