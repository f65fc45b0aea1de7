import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Definition } from '../../src/commands/definition.ts'
import { definitions } from '../../src/commands/definitions.ts'
import { commandHelp, generalHelp } from '../../src/commands/help.ts'
import { repro, source } from '../project.ts'

const all: readonly (readonly [words: string, definition: Definition])[] = [...definitions].flatMap(
  ([name, found]) =>
    'commands' in found
      ? [...found.commands].map(([sub, one]) => [`${name} ${sub}`, one] as const)
      : [[name, found] as const],
)

describe('repro help', () => {
  it('lists every command once, and says which run code of the document', () => {
    const text = generalHelp()
    for (const [name, found] of definitions) {
      const usage = 'commands' in found ? `repro ${name} ` : `repro ${found.usage} `
      expect(text.split('\n').filter((line) => line.trim().startsWith(usage.trim()))).toHaveLength(1)
    }
    expect(text).toContain(
      'Scripts of the document run only in: build, run, verify with --rerun or --kick-the-tires.',
    )
  })

  it.each(all)('%s: has its usage and every option', (words, { usage, options, runsCode }) => {
    const text = commandHelp(words.split(' ')) ?? ''
    expect(text).toMatch(new RegExp(`^repro ${usage.replace(/[[\]().|]/g, '\\$&')}`))
    for (const [name, { description }] of Object.entries(options)) {
      expect(text).toContain(`--${name}`)
      expect(text).toContain(description)
    }
    expect(text.includes('uns scripts of the document')).toBe(runsCode !== undefined)
  })

  it.each([[['help', 'pack']], [['pack', '--help']], [['--help', 'pack']], [['pack', '-h', '-o', 'x.zip']]])(
    '%j is the same help',
    async (args) => {
      expect(await repro(...args)).toEqual({ exitCode: 0, out: `${commandHelp(['pack'])}\n`, err: '' })
    },
  )

  it.each([[['testbed', '--help']], [['help', 'testbed']]])(
    '%j lists the commands of a group',
    async (args) => {
      const { exitCode, out } = await repro(...args)
      expect(exitCode).toBe(0)
      expect(out).toContain('\n  repro testbed doctor ')
    },
  )

  it.each([[['help']], [['-h']]])('%j lists all commands', async (args) => {
    expect(await repro(...args)).toEqual({ exitCode: 0, out: `${generalHelp()}\n`, err: '' })
  })

  it.each([
    [['help', 'pakc'], 'unknown command: pakc (did you mean pack?)'],
    [['help', 'trace', 'dmup'], 'unknown command: trace dmup\nTry `repro help trace`.'],
    [['--pack'], 'unknown command: --pack'],
    [
      ['trace', 'export', source('package.json'), '--hz', '1M', '--to', 'csv', '-o', ''],
      '-o takes a file, not an empty name',
    ],
    [['trace', 'info', ''], 'the capture has an empty name'],
    [['-n', 'build'], 'unknown command: -n'],
    [['check', '--json'], 'unknown option: --json (repro check takes no options)'],
    [['build', '--tirals', '3'], 'unknown option: --tirals (did you mean --trials?)'],
    [['build', '--rerun-only', 'x'], 'unknown option: --rerun-only (known: --boots, --deadline, '],
    [['build', 'a.md', 'b.md'], 'unexpected argument: b.md (usage: repro build [DOCUMENT])'],
  ])('%j is a mistake', async (args, message) => {
    const { exitCode, out, err } = await repro(...args)
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' })
    expect(err).toContain(message)
  })
})

describe('README', () => {
  const readme = readFileSync(source('README.md'), 'utf8')

  it.each(all)('names %s', (words) => {
    const [name = '', sub] = words.split(' ')
    expect(readme).toMatch(new RegExp(`^\\| \`repro ${name}[ \`]`, 'm'))
    if (sub !== undefined) expect(readme).toMatch(new RegExp(`^\\| \`repro ${name} .*\`?${sub}\``, 'm'))
  })

  it('has every option of build', () => {
    const build = definitions.get('build') as Definition
    for (const name of Object.keys(build.options)) expect(readme).toContain(`--${name}`)
  })
})
