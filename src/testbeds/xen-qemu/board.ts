/** An emulated board opened for one cell. The console log is always kept. */
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Board, TestbedError } from '../../testbed/board.ts'
import { bootSettings } from '../../toolchain/bootsettings.ts'
import { guestRoot } from '../../toolchain/initramfs.ts'
import type { Toolchain } from '../../toolchain/toolchain.ts'
import { runStages, type Workplace } from './chain.ts'
import { rootSource } from './image.ts'
import { consoleError } from './machine.ts'
import { clockModel } from './qemu.ts'
import type { Environment } from './schema.ts'

/** Opens a board of `toolchain`. Its init and emit are compiled from the project's experiments/board/. */
export function openBoard(toolchain: Toolchain, environment: Environment, place: Workplace): Board {
  const source = rootSource(toolchain, environment)
  return {
    facts: {
      board: `QEMU ${toolchain.qemuVersion}, board ${environment.machine}`,
      emulator: `QEMU ${toolchain.qemuVersion} (TCG, one thread)`,
      clock: `${environment.clockHz / 1e6} MHz; ${clockModel(environment)}`,
    },
    compile: (sources, flags) =>
      toolchain.compile(
        sources.map((source) => join(place.project, source)),
        flags,
      ),
    compileForSystem: (sources, flags) =>
      toolchain.compileFor(
        environment.root,
        sources.map((source) => join(place.project, source)),
        flags,
      ),
    compileModule: (source) => toolchain.compileModule(environment.root, join(place.project, source)),
    async file(name) {
      if (name !== 'kernel')
        throw new TestbedError(`unknown file of the environment: ${name} (known: kernel)`)
      return await readFile(toolchain.board(environment.root).kernel)
    },
    guest: (programs, added) => guestRoot(source, programs, added),
    async run(job) {
      bootSettings(job)
      const { folder } = place
      const started = performance.now()
      const end = await runStages(toolchain, environment, job, place)
      if (end !== 'off') throw await consoleError(end, folder)
      const exitCode = await readFile(join(folder, 'exit-code'), 'utf8').catch(() => '')
      if (!/^\d+\n$/.test(exitCode))
        throw await consoleError('the board powered off before it wrote its results', folder)
      await rm(join(folder, 'exit-code'))
      return { folder, exitCode: Number(exitCode), durationMs: performance.now() - started }
    },
  }
}
