import { describe, expect, it } from 'vitest'
import { commandsIn } from '../../src/commands/command.ts'
import { commandHelp, exitsOf, generalHelp, groupHelp } from '../../src/commands/help.ts'
import { commandName, readArguments } from '../../src/commands/parse.ts'
import { registry } from '../../src/commands/registry.ts'
import { repro } from '../project.ts'
import { source } from '../source.ts'

const all = commandsIn(registry)

/** Texts without the line breaks that help puts into them. */
const flat = (text: string) => text.replace(/\s+/g, ' ')

describe('definitions', () => {
  it.each(all)('%s: is called what its usage says', (path, { usage }) => {
    expect(commandName(usage)).toBe(path)
  })
})

/** Words of a command line, as a shell divides it, up to a redirection or a pipe. */
const wordsOf = (line: string) =>
  [...line.replace(/ [<>|].*/, '').matchAll(/"([^"]*)"|(\S+)/g)].map(
    ([, quoted, plain]) => quoted ?? plain ?? '',
  )

describe('examples', () => {
  it.each(all)('%s: has one', (_, { examples = [] }) => {
    expect(examples.length).toBeGreaterThan(0)
  })

  it.each(
    all.flatMap(([path, command]) =>
      (command.examples ?? []).map(([line]) => [line, path, command] as const),
    ),
  )('%s: is a command line that its command takes', (line, path, command) => {
    expect(`${line} `.startsWith(`${path} `)).toBe(true)
    expect(() => readArguments(wordsOf(line).slice(path.split(' ').length), command)).not.toThrow()
  })

  it('are really parsed', () => {
    const build = all.find(([path]) => path === 'build')?.[1]
    expect(() => build && readArguments(wordsOf('build --tirals "5"').slice(1), build)).toThrow('--tirals')
  })
})

describe('repro help', () => {
  it('lists every command once, and says which run code of the document', () => {
    const text = generalHelp(registry)
    for (const [name, found] of registry) {
      const usage = 'commands' in found ? `${name} COMMAND` : found.usage
      expect(text.split('\n').filter((line) => line.startsWith(`  ${usage} `))).toHaveLength(1)
    }
    expect(flat(text)).toContain(
      'Scripts of the document run only in: build, run, serve, verify with --rerun or --kick-the-tires.',
    )
  })

  it.each(all)('%s: has its usage and every option', (_, command) => {
    const text = commandHelp(command)
    const { usage, options, runsCode, description = [], examples = [] } = command
    expect(text.startsWith(`repro ${usage}`)).toBe(true)
    for (const [name, { description }] of Object.entries(options)) {
      expect(text).toContain(`--${name}`)
      expect(flat(text)).toContain(description)
    }
    for (const paragraph of description) expect(flat(text)).toContain(flat(paragraph))
    for (const [line] of examples) expect(text).toContain(`\n  repro ${line}`)
    for (const meaning of Object.values(command.exits ?? {})) expect(flat(text)).toContain(meaning)
    expect(text.includes('uns scripts of the document')).toBe(runsCode !== undefined)
  })

  it.each([
    ['help', generalHelp(registry)] as const,
    ...all.map(([path, command]) => [`help ${path}`, commandHelp(command)] as const),
    ...[...registry].flatMap(([name, found]) =>
      'commands' in found ? [[`help ${name}`, groupHelp(name, found)] as const] : [],
    ),
  ])('%s: fits into 80 columns', (_, text) => {
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([])
  })

  it('has the options of all commands of a group', async () => {
    const { out } = await repro('help', 'trace')
    expect(flat(out)).toContain(
      'trace summary FILE how long each vCPU ran, waited and slept, and how busy each pCPU was (--hz HZ, --json)',
    )
  })

  it('has the exit codes of every command, and its own meanings', () => {
    const verify = all.find(([path]) => path === 'verify')?.[1]
    expect(verify && exitsOf(verify)).toMatchObject({
      done: 'done',
      notReproduced: expect.stringMatching(
        /^a claim is not reproduced, or is weaker than recorded: .*; or a cell has the rows of another, or is emulated and has other rows than recorded$/,
      ),
    })
  })

  it.each([[['help', 'pack']], [['pack', '--help']], [['--help', 'pack']], [['pack', '-h', '-o', 'x.zip']]])(
    '%j is the same help',
    async (args) => {
      expect(await repro(...args)).toEqual({
        exitCode: 0,
        out: expect.stringMatching(/^repro pack \[DOCUMENT\] \[OPTION\.\.\.\]\n/),
        err: '',
      })
    },
  )

  it.each([[['testbed', '--help']], [['help', 'testbed']]])(
    '%j lists the commands of a group',
    async (args) => {
      const { exitCode, out } = await repro(...args)
      expect(exitCode).toBe(0)
      expect(out).toContain('\n  testbed doctor ')
    },
  )

  it.each([[['help']], [['-h']]])('%j lists all commands', async (args) => {
    expect(await repro(...args)).toEqual({ exitCode: 0, out: `${generalHelp(registry)}\n`, err: '' })
  })

  it.each([
    [['help', 'pakc'], 'unknown command: pakc (did you mean pack?)'],
    [['help', 'trace', 'dmup'], 'unknown command: trace dmup (did you mean dump?)\nTry `repro help trace`.'],
    [['--pack'], 'unknown command: --pack'],
    [
      ['trace', 'export', source('package.json'), '--hz', '1M', '--to', 'csv', '-o', ''],
      '-o takes a file, not an empty name',
    ],
    [['trace', 'info', ''], 'the capture has an empty name'],
    [
      ['trace', 'info'],
      'which capture? A file, a cell such as latency/xen-4.14/baseline, or - for standard input',
    ],
    [['trace', 'dump', 'x', '--domain', '1,x'], '--domain takes a whole number from 0, not x'],
    [['trace', 'dump', 'x', '--from', 'noon'], '--from takes a time such as 1.5s, 300ms or 12us, not noon'],
    [['trace', 'info', 'x', '--hz', '1.5'], '--hz takes a whole number of ticks per second up to 9G'],
    [['completion', 'tcsh'], 'no completion for tcsh (known: bash, zsh, fish)'],
    [['-n', 'build'], 'unknown command: -n'],
    [['testbed', 'list', '--json'], 'unknown option: --json (repro testbed list takes no options)'],
    [['build', '--tirals', '3'], 'unknown option: --tirals (did you mean --trials?)'],
    // Too many to name them all.
    [['build', '--rerun-only', 'x'], 'unknown option: --rerun-only\nTry `repro help build`'],
    [['run', '--onyl', 'x'], 'unknown option: --onyl (did you mean --only?)'],
    [['build', '--frozen=yes'], '--frozen takes no value, but got yes'],
    [['build', '--only', '--record'], '--only takes a value, not the option --record'],
    [
      ['build', '--only='],
      '--only takes patterns, experiment/environment/pattern or parameter=value, separated by commas',
    ],
    [['build', '--trials', '3', '--trials', '4'], '--trials takes one value, not 3 and 4'],
    [['build', 'a.md', 'b.md'], 'unexpected argument: b.md (usage: repro build [DOCUMENT])'],
  ])('%j is a mistake', async (args, message) => {
    const { exitCode, out, err } = await repro(...args)
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' })
    expect(err).toContain(message)
  })
})

describe('options that would do nothing', () => {
  it.each([
    [
      ['build', '--frozen', '--rerun', '--record'],
      '--frozen runs nothing and asks about every cell: leave out --rerun and --record',
    ],
    [['run', '--frozen', '--only', 'x', '-j', '2', '-k'], 'leave out --only, --jobs and --keep-going'],
    [['build', '--frozen', '-n'], 'leave out --dry-run'],
    [['verify', '--jobs', '2'], 'without --rerun or --kick-the-tires nothing runs: leave out --jobs'],
    [['verify', '--rerun', '--kick-the-tires'], '--kick-the-tires runs one cell: leave out --rerun'],
    [
      ['trace', 'export', 'x', '--to', 'csv', '--whole'],
      'csv always has all records, and no operations: leave out --whole',
    ],
    [
      ['trace', 'export', 'x', '--to', 'perfetto', '--whole', '--from', '1s'],
      '--from and --to say what is taken: leave out --whole',
    ],
  ])('%j are refused', async (args, message) => {
    const { exitCode, out, err } = await repro(...args)
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' })
    expect(err).toContain(message)
  })
})
