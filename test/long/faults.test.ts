/** What happens to boards, done to the double for real: nothing is lost, nothing is counted twice, and all of it is told. */

import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { cacheFolder } from '../../src/testbed/cache.ts'
import { doubleOf, type Ended, makeStudy, type Study, untilStarted } from '../double/study.ts'

const double = doubleOf({ cpus: 1 })

/** A test that fails must not take the next ones with it. */
afterEach(async () => {
  double().mend()
  double().resume()
  await double().powerOn()
  await double().untilUp()
})

const trials = 4

/** With what the program said, if it failed. */
function expectDone({ exitCode, text }: Ended): void {
  expect(`exit code ${exitCode}\n${text}`).toMatch(/^exit code 0\n/)
}

/** Starts a build, and resolves when its job runs on the board. */
async function started(study: Study) {
  const mark = (await double().console()).length
  const build = study.start('build', '--record')
  await untilStarted(double(), mark)
  return build
}

async function expectAll(study: Study, discarded: string | RegExp): Promise<void> {
  const rows = await study.rows()
  expect(rows.map(({ trial, operation }) => `${trial} ${operation}`)).toEqual(
    Array.from({ length: trials }, (_, index) => [`${index + 1} pause`, `${index + 1} unpause`]).flat(),
  )
  const { captured } = await study.stored()
  expect(captured['discarded attempts']).toMatch(discarded)
}

test('a connection that passes nothing', async () => {
  const study = await makeStudy(double(), { trials })
  const build = await started(study)
  double().hole()
  await sleep(40_000)
  double().mend()
  expectDone(await build.ended)
  await expectAll(study, /^none$/)
})

test('the host is killed and the build started again, while the job runs', async () => {
  const study = await makeStudy(double(), { trials })
  const build = await started(study)
  build.kill()
  await build.ended
  const ended = await study.run('build', '--record')
  expect(ended.text).toMatch(/double has this job: (?:running|ended 0)/)
  expectDone(ended)
  // To ask is to disturb.
  await expectAll(study, /^(?:none|1 \(disturbed: \d+ packets .*)$/)
})

test('the host is killed, and comes back when the job has ended', async () => {
  const study = await makeStudy(double(), { trials })
  const mark = (await double().console()).length
  const build = await started(study)
  build.kill()
  await build.ended
  while (!/repro: job \w+ ended/.test((await double().console()).slice(mark))) await sleep(1000)
  const ended = await study.run('build', '--record')
  expect(ended.text).toContain('double has this job: ended 0')
  expectDone(ended)
  await expectAll(study, /^none$/)
})

test('dom0 reboots by itself', async () => {
  const study = await makeStudy(double(), { trials })
  const build = await started(study)
  await sleep(2000)
  await double().ssh('exec >/dev/null 2>&1; reboot -f &')
  expectDone(await build.ended)
  await expectAll(study, /^1 \(dom0 rebooted in the middle of the job\)$/)
})

test('the board is reset in the middle of a job, which costs an attempt, and is told', async () => {
  const study = await makeStudy(double(), { trials })
  const build = await started(study)
  await sleep(3000)
  await double().reset()
  const ended = await build.ended
  expectDone(ended)
  expect(ended.text).toContain('attempt 1 of 3 is given up: dom0 rebooted in the middle of the job')
  await expectAll(study, /^1 \(dom0 rebooted in the middle of the job\)$/)
})

test('dom0 panics and stays down', async () => {
  const study = await makeStudy(double(), { trials })
  const build = await started(study)
  await double().panic(0)
  const ended = await build.ended
  expect(ended.text).toMatch(/power cycle 1 of 2 \(Kernel panic - not syncing/)
  expectDone(ended)
  await expectAll(study, /^1 \(dom0 gave up: Kernel panic/)
  expect((await study.stored()).captured['power cycles']).toBe('1')
})

test('the board hangs', async () => {
  const study = await makeStudy(double(), { trials })
  const build = await started(study)
  double().hang()
  const ended = await build.ended
  expect(ended.text).toContain('power cycle 1 of 2')
  expectDone(ended)
  await expectAll(study, /^1 \(the board hung, or was cut off/)
})

test('the domU is destroyed', async () => {
  const study = await makeStudy(double(), { trials })
  const build = await started(study)
  // Without packets to dom0, which would count as a disturbance.
  const script =
    'until xl list | grep -q -v -e Name -e Domain-0; do sleep 0.1; done; sleep 2; xl destroy "$(xl list | tail -n 1 | cut -d " " -f 1)"'
  await double().ssh(`exec </dev/null >/dev/null 2>&1; (${script}) &`)
  expectDone(await build.ended)
  await expectAll(study, /^1 \(the job failed with status/)
})

test('packets come in while it measures', async () => {
  const study = await makeStudy(double(), { trials: 40, deadline: 900 })
  const build = await started(study)
  const until = performance.now() + 60_000
  let over = false
  void build.ended.then(() => (over = true))
  while (performance.now() < until && !over && !/given up/.test(build.text())) await double().ssh('true')
  expectDone(await build.ended)
  expect((await study.stored()).captured['discarded attempts']).toMatch(
    /^\d \(disturbed: \d+ packets came in/,
  )
  expect(await study.rows()).toHaveLength(80)
})

test('memory is full', async () => {
  const study = await makeStudy(double(), { trials })
  const build = await started(study)
  const fill =
    "fallocate -l $(df -k -P /run | awk 'NR == 2 { print $4 }')k /run/filler || dd if=/dev/zero of=/run/filler bs=1M"
  await double().ssh(`exec </dev/null >/dev/null 2>&1; (sleep 1; ${fill}) &`)
  expectDone(await build.ended)
  await expectAll(study, /^1 \(/) // a reboot empties it
})

test('what was left behind: a trace, a paused domain, files', async () => {
  await double().ssh(
    'cd /run; exec </dev/null >/dev/null 2>&1; setsid xentrace -D -e 0x29000 /run/left.bin & sleep 2',
  )
  const study = await makeStudy(double(), { trials })
  expectDone(await study.run('build', '--record'))
  await expectAll(study, /^none$/)
  expect((await study.stored()).captured['leftovers of earlier jobs']).toMatch(/xentrace \(process \d+\)/)
})

test('a board that does not come back is set aside, and named', async () => {
  const study = await makeStudy(double(), {
    trials,
    deadline: 300,
    entry: ['reboot: false', 'bootSeconds: 15', "power: {cycle: 'true'}"],
  })
  double().hang()
  const { exitCode, text } = await study.run('build')
  expect(exitCode).toBe(5)
  expect(text).toMatch(/double does not answer .* after 2 power cycles; it is set aside/)
  const file = join(cacheFolder(), 'boards/double.aside.json')
  expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({
    reason: expect.stringContaining('does not answer'),
  })
  const again = await study.run('build')
  expect(again.exitCode).toBe(5)
  expect(again.text).toContain(`delete ${file} when it is mended`)
  await writeFile(file, 'torn')
  expect((await study.run('build')).text).toContain('a reason that cannot be read')
})

test('each boot begins with a reboot', async () => {
  const study = await makeStudy(double(), { trials, entry: ['reboot: true'] })
  const before = await double().bootId()
  expectDone(await study.run('build', '--record', '--boots', '2'))
  expect(await double().bootId()).not.toBe(before)
  expect(new Set((await study.rows()).map(({ boot }) => boot)).size).toBe(2)
  await expectAll(study, /^none$/)
})

test('the doctor aligns the clocks of the board', async () => {
  const study = await makeStudy(double())
  const { exitCode, text } = await study.run('testbed', 'doctor', 'double')
  expect(text).toMatch(/ok {3}double: clock alignment: to \d+\.\d µs, by (?:[89]|1\d) yields/)
  expect(exitCode).toBe(0)
})
