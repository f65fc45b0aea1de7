import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, it, onTestFinished } from 'vitest'
import { openAccount } from '../../../src/testbeds/ssh/account.ts'

let kept: string
beforeEach(() => {
  kept = mkdtempSync(join(tmpdir(), 'repro-account-'))
  onTestFinished(() => rmSync(kept, { recursive: true }))
})

const cut = { job: 1, attempt: 1, reason: 'cut' }
const hung = { job: 2, attempt: 1, reason: 'hung' }

it('an account survives its process', async () => {
  const first = await openAccount(kept, 'first')
  await first.moveTo('pi4-2')
  await first.discard(cut)
  await first.countPowerCycle()
  await first.noteLeftovers(['xentrace (process 7)'])
  await first.noteLeftovers([])
  expect(await openAccount(kept, 'second')).toMatchObject({
    session: 'first',
    host: 'pi4-2',
    powerCycles: 1,
    cycled: 1,
    discarded: [cut],
    leftovers: ['xentrace (process 7)'],
  })
})

it('a new account has a name on disk before anything else is noted', async () => {
  await openAccount(kept, 'first')
  expect((await openAccount(kept, 'second')).session).toBe('first')
})

it('attempts count for their job, until budgets are renewed', async () => {
  const account = await openAccount(kept, 'first')
  await account.discard(cut)
  await account.discard(hung)
  await account.countPowerCycle()
  expect([account.tried(1), account.tried(2), account.tried(3)]).toEqual([[cut], [hung], []])
  await account.renew()
  const again = { job: 1, attempt: 2, reason: 'again' }
  await account.discard(again)
  for (const one of [account, await openAccount(kept, 'second')]) {
    expect([one.tried(1), one.tried(2), one.cycled, one.powerCycles]).toEqual([[again], [], 0, 1])
    expect(one.discarded).toEqual([cut, hung, again])
  }
})

it.each([
  ['torn', '{"session":"fir'],
  ['empty', ''],
  ['of another version', '{"version":2}'],
  ['no account', '[1]'],
])('a file that is %s begins a new account', async (_, text) => {
  writeFileSync(join(kept, 'account.json'), text)
  expect(await openAccount(kept, 'new')).toMatchObject({ session: 'new', discarded: [], powerCycles: 0 })
  expect(JSON.parse(readFileSync(join(kept, 'account.json'), 'utf8'))).toMatchObject({ session: 'new' })
})
