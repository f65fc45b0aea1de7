import { describe, expect, it } from 'vitest'
import { repro } from '../project.ts'

describe('repro help', () => {
  it.each([[['help', 'pack']], [['pack', '--help']], [['--help', 'pack']]])(
    '%j explains what a command packs and takes',
    async (args) => {
      const { exitCode, out } = await repro(...args)
      expect(exitCode).toBe(0)
      expect(out).toMatch(/^repro pack \[DOCUMENT\] \[-o FILE\] \[--allow-dirty\]\n/)
    },
  )

  it.each([[['help']], [['-h']], [['help', 'check']]])('%j lists all commands', async (args) => {
    const { exitCode, out } = await repro(...args)
    expect(exitCode).toBe(0)
    expect(out).toContain('\n  repro pack [DOCUMENT]')
    expect(out).toContain('\n  repro check [DOCUMENT]')
  })

  it.each([
    [['help', 'pakc'], 'unknown command: pakc (did you mean pack?)'],
    [['--pack'], 'unknown command: --pack'],
    [['-n', 'build'], 'unknown command: -n'],
  ])('%j is no command', async (args, message) => {
    const { exitCode, out, err } = await repro(...args)
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' })
    expect(err).toContain(message)
  })
})
