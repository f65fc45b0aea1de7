import { readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { cacheFolder } from '../../src/testbed/cache.ts'
import { archive, dom0Archive, writeImage } from '../../src/testbeds/xen-qemu/image.ts'
import { runMachine } from '../../src/testbeds/xen-qemu/machine.ts'
import { buildLibrary, clockFlags } from '../../src/testbeds/xen-qemu/processors.ts'
import type { Environment } from '../../src/testbeds/xen-qemu/schema.ts'
import { setup } from '../../src/toolchain/setup.ts'
import { environment, temporaryFolder } from './emulated.ts'
import { checkout } from './project.ts'

/**
 * Runs one loop, then four equal ones in parallel, and prints their durations in hundredths of a second; then
 * traces who runs when.
 */
const loops = `
busy() { i=0; while [ $i -lt 20000 ]; do i=$((i + 1)); done; }
now() { awk '{ printf "%d", $1 * 100 }' /proc/uptime; }
loops() {
    before=$(now)
    for one in $(seq $1); do busy & done
    wait
    echo "$1 $(($(now) - before))"
}
sleep 2 # the system has come to rest
for count in 1 4; do loops $count; done >"$OUT/loops"
xentrace -D -e 0x29000 "$OUT/trace.bin" >&2 &
tracer=$!
busy & busy &
xl list >/dev/null
xl list >/dev/null
kill -INT $tracer
wait $tracer
`

interface Measured {
  /** Hundredths of a second for 1 loop and for 4. */
  readonly times: readonly number[]
  readonly trace: Buffer
}

/** Boots the board once, without saved stages, with these libraries loaded into QEMU. */
async function measure(
  board: Environment,
  libraries: (usual: string, restless: string) => readonly string[],
): Promise<Measured> {
  const { how, folder } = await start(board, async (usual, host) => {
    const restless = join(dirname(usual), 'restless.so')
    await buildLibrary(host, join(checkout, 'test/fixtures/restless.c'), restless)
    return libraries(usual, restless)
  })
  expect(how).toBe('off')
  expect(await readFile(join(folder, 'exit-code'), 'utf8')).toBe('0\n')
  const lines = (await readFile(join(folder, 'loops'), 'utf8')).trim().split('\n')
  expect(lines.map((line) => line.split(' ')[0])).toEqual(['1', '4'])
  return {
    times: lines.map((line) => Number(line.split(' ')[1])),
    trace: await readFile(join(folder, 'trace.bin')),
  }
}

/** Runs the loops on a board; `libraries` gets the usual library and the host sysroot. */
async function start(
  board: Environment,
  libraries: (usual: string, host: string) => Promise<readonly string[]>,
): Promise<{ readonly how: string; readonly folder: string }> {
  const folder = await temporaryFolder()
  const lockFile = join(checkout, 'experiments/packages.lock.json')
  const toolchain = await setup([board.root], { lockFile, cache: cacheFolder(), report: () => {} })
  const ramdisk = await dom0Archive(toolchain, board, { project: checkout })
  const { command, args } = await writeImage(toolchain, board, { folder }, { seed: 1, ramdisk }, 'measure')
  const script = { content: Buffer.from(loops), executable: true }
  await writeFile(join(folder, 'stage-1.cpio'), archive(new Map([['/job/stage', script]])))
  await writeFile(join(folder, 'stage:'), '') // for a QEMU without the library, which opens it
  const preload = args.indexOf('--preload') + 1
  const preloaded = (await libraries(args[preload] ?? '', toolchain.root('host'))).join(':')
  const deadline = { ms: 240_000, at: performance.now() + 240_000 }
  const { how } = await runMachine({ command, args: args.with(preload, preloaded), folder, deadline })
  return { how, folder }
}

test('four busy processors take the time of one, and the same to the byte however often the main loop wakes', async () => {
  const board = await environment('xen-4.17')
  const calm = await measure(board, (usual) => [usual])
  const [one = 0, four = 0] = calm.times
  expect(one).toBeGreaterThan(50)
  expect(Math.abs(four - one) / one).toBeLessThan(0.02)
  expect(calm.trace.length).toBeGreaterThan(3_000)
  const woken = await measure(board, (usual, restless) => [usual, restless])
  expect(woken.times).toEqual(calm.times)
  expect(woken.trace.equals(calm.trace)).toBe(true)
})

test('without the library, processors take turns: four loops take four times as long', async () => {
  const board = await environment('xen-4.17')
  const [one = 0, four = 0] = (await measure(board, (_, restless) => [restless])).times
  expect(four / one).toBeGreaterThan(3.5)
})

test('on the model of the Raspberry Pi 4, too, four busy processors take the time of one', async () => {
  const [one = 0, four = 0] = (await measure(await environment('xen-4.17-pi'), (usual) => [usual])).times
  expect(Math.abs(four - one) / one).toBeLessThan(0.02)
})

test.each([
  ['a function of another name', '"cpu_exec_end"', '"cpu_exec_stop"', 'cpu_exec_stop'],
  ['a field at another place', '(cpu) + 0xe0', '(cpu) + 0xe8', 'icount_budget'],
])('a QEMU with %s is refused', async (_, part, other, name) => {
  const board = await environment('xen-4.17')
  const { how } = await start(board, async (usual, host) => {
    const texts = await Promise.all(
      ['processors.c', 'states.c'].map((name) =>
        readFile(join(checkout, 'src/testbeds/xen-qemu', name), 'utf8'),
      ),
    )
    expect(texts[0]).toContain(part)
    const changed = join(dirname(usual), 'changed.c')
    await writeFile(changed, texts[0]?.replace(part, other) ?? '')
    await writeFile(join(dirname(usual), 'states.c'), texts[1] ?? '')
    await buildLibrary(host, changed, usual, clockFlags(board))
    return [usual]
  })
  expect(how).toBe(
    `QEMU ended with status 3: repro: this QEMU is not the pinned one, for which the board's clock was made: ${name}`,
  )
})
