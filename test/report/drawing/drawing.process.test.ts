import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { draw } from '../../../src/report/drawing/draw.ts'
import { type Drawer, limits, openDrawer } from '../../../src/report/drawing/process.ts'
import { renderFigure } from '../../../src/report/figure.ts'
import { hostile } from '../specifications/hostile.ts'
import { rows, type Specification } from '../specifications/parts.ts'
import { valid } from '../specifications/valid.ts'

const drawer = openDrawer()
afterAll(() => drawer[Symbol.dispose]())

async function render(
  { spec, data }: Pick<Specification, 'spec' | 'data'>,
  by: Pick<Drawer, 'draw'> = drawer,
): Promise<string> {
  const text = typeof spec === 'string' ? spec : JSON.stringify(spec)
  const given = data ?? (text.includes('"name":"rows"') ? { rows } : {})
  return await renderFigure({ id: 'fig-x', title: 'T $& $1', description: 'D', spec: text, data: given }, by)
}

const point = (calculate: string) => ({
  data: { name: 'rows' },
  transform: [{ calculate, as: 'z' }],
  mark: 'point',
  encoding: { x: { field: 'z', type: 'quantitative' } },
})

describe('a drawing', () => {
  it.each(valid)('has $name', async (specification) => {
    expect(await render(specification)).toMatch(/^<svg .*<\/svg>$/s)
  })

  it.each(valid)('of the columns that are read is that of all, with $name', async ({ spec, data }) => {
    const text = typeof spec === 'string' ? spec : JSON.stringify(spec)
    const order = { spec: text, data: data ?? (text.includes('"name":"rows"') ? { rows } : {}) }
    expect(await drawer.draw(order)).toBe(await draw(order))
  })

  it.each(hostile.filter(({ refused }) => refused !== undefined))('refuses $name', async (specification) => {
    await expect(render(specification)).rejects.toThrow(specification.refused)
  })

  it.each(hostile.filter(({ refused }) => refused === undefined))(
    'is only a drawing with $name',
    async (specification) => {
      const svg = await render(specification)
      expect(svg).not.toMatch(/<(?:script|img|image|foreignObject|style|use|iframe)\b/i)
      expect(svg).not.toMatch(/<[^>]* on\w+=/i)
      expect(svg).not.toContain('globalThis.pwned=1;process')
    },
  )

  it('writes replacement patterns of a title, a description and an id as they are', async () => {
    const order = { spec: JSON.stringify(valid[0]?.spec), data: { rows } }
    const svg = await renderFigure(
      { ...order, id: 'fig-$&', title: "$& $` $' $1", description: '$$' },
      drawer,
    )
    expect(svg).toContain(
      '<title id="fig-$&amp;:title">$&amp; $` $\' $1</title><desc id="fig-$&amp;:desc">$$</desc>',
    )
  })

  it.each(['a gradient', 'a radial gradient', 'clipped marks'])('gives %s ids of its own', async (name) => {
    const svg = await render(valid.find((one) => one.name === name) as Specification)
    const ids = new Set([...svg.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id))
    const targets = [...svg.matchAll(/url\(#([^)]+)\)/g)].map(([, target]) => target as string)
    expect(targets.length).toBeGreaterThan(0)
    for (const target of targets) expect(ids).toContain(target)
    for (const id of ids) expect(id).toMatch(/^fig-x:/)
  })

  it('links to a place of the page by the name that it has there', async () => {
    const svg = await render(
      valid.find(({ name }) => name === 'a link to a place in the page') as Specification,
    )
    expect(svg).toContain('<a xlink:href="#tbl-summary">')
  })

  it('has the same bytes when it is drawn again, whatever was drawn before', async () => {
    const random = { ...point('random()'), transform: [{ sample: 3 }, { calculate: 'random()', as: 'z' }] }
    const first = await render({ spec: random })
    await render(valid[5] as Specification)
    await expect(render({ spec: '{}' })).rejects.toThrow()
    expect(await render({ spec: random })).toBe(first)
    using other = openDrawer()
    expect(await render({ spec: random }, other)).toBe(first)
  })

  it('has the same bytes where figures are edited, and is drawn again meanwhile', async () => {
    using live = openDrawer(limits, { isLive: true })
    const random = { ...point('random()'), transform: [{ calculate: 'random()', as: 'z' }] }
    const [first, other] = [await render({ spec: random }), await render(valid[5] as Specification)]
    for (let count = 0; count < 8; count += 1) {
      expect(await render({ spec: random }, live)).toBe(first)
      // Some orders come while it draws for itself.
      await setTimeout(100 + 15 * count)
      expect(await render(valid[5] as Specification, live)).toBe(other)
    }
  })

  it('has the same bytes in every time zone', async () => {
    const zone = process.env.TZ
    const drawings: string[] = []
    for (const TZ of ['UTC', 'Asia/Tokyo', 'America/New_York']) {
      process.env.TZ = TZ
      using other = openDrawer()
      drawings.push(await render(valid.find(({ name }) => name === 'time in words') as Specification, other))
    }
    if (zone === undefined) delete process.env.TZ
    else process.env.TZ = zone
    expect(new Set(drawings).size).toBe(1)
    expect(drawings[0]).toContain('2024-02-')
  })
})

describe('the process that draws', () => {
  it('does not start again once its report is over', async () => {
    const own = openDrawer()
    own[Symbol.dispose]()
    const count = processes().length
    await expect(render(valid[0] as Specification, own)).rejects.toThrow('not drawn')
    expect(processes()).toHaveLength(count)
  })

  it('sees neither the environment of the build nor its files, and compiles no code', async () => {
    process.env.REPRO_CANARY = 'secret'
    using own = openDrawer()
    await render(valid[0] as Specification, own)
    const [pid] = processes().filter((one) => !before.has(one))
    const of = (name: string) => readFileSync(`/proc/${pid}/${name}`, 'utf8').split('\0')
    expect(of('environ').filter((line) => /CANARY|PATH|HOME/.test(line))).toEqual([])
    expect(of('environ')).toContain('TZ=UTC')
    const flags = of('cmdline').filter((flag) => flag.startsWith('--'))
    expect(flags.filter((flag) => flag.startsWith('--allow'))).toEqual([`--allow-fs-read=${dist}/*`])
    // What a program may do that is started like this one.
    const { stdout } = spawnSync(process.execPath, [...flags, '-e', probe], { encoding: 'utf8' })
    expect(JSON.parse(stdout)).toEqual({
      ...{ readOwn: 'done', read: 'ERR_ACCESS_DENIED', write: 'ERR_ACCESS_DENIED' },
      ...{ link: 'ERR_ACCESS_DENIED', spawn: 'ERR_ACCESS_DENIED', thread: 'ERR_ACCESS_DENIED' },
      ...{ inspect: 'ERR_ACCESS_DENIED', library: 'ERR_DLOPEN_DISABLED', compile: 'EvalError' },
    })
  })

  it('is ended at the limit of time, and the next drawing has another', async () => {
    using own = openDrawer({ ...limits, seconds: 2 })
    const hang = point(`test('(a+)+$', '${'a'.repeat(60)}!') ? 1 : 0`)
    const [first, second] = [render({ spec: hang }, own), render(valid[0] as Specification, own)]
    await expect(first).rejects.toThrow('the drawing takes longer than 2 s (draw less: aggregate, bin')
    expect(await second).toContain('<svg')
  })

  it('is ended at the limit of memory', async () => {
    using own = openDrawer({ ...limits, memoryMb: 96 })
    const spec = { data: { sequence: { start: 0, stop: 1e9 } }, mark: 'point' }
    await expect(render({ spec }, own)).rejects.toThrow(
      'the drawing needs more than 96 MB of memory (draw less:',
    )
  })

  it.each([
    [
      `<svg>${' '.repeat(16e6)}</svg>`,
      'the drawing has 16 MB of SVG, of at most 16 MB (draw less: aggregate, bin',
    ],
    [
      `<svg>${'<g/>'.repeat(100_000)}</svg>`,
      'the drawing has 100,001 elements, of at most 100,000 (draw less: aggregate, bin',
    ],
    ['<svg><script/></svg>', 'a figure may not have the element <script>'],
    [`<svg>${'<g>'.repeat(900)}`, 'the drawing is not well-formed SVG'],
    [`<svg>${'<g>'.repeat(50_000)}${'</g>'.repeat(50_000)}</svg>`, 'the drawing has more than 1000 levels'],
  ])('is not trusted: %.20s', async (svg, message) => {
    await expect(render(valid[0] as Specification, { draw: async () => svg })).rejects.toThrow(message)
  })
})

const dist = fileURLToPath(new URL('../../../dist', import.meta.url))
const probe = `
const fs = require('node:fs')
const attempts = {
  readOwn: () => fs.readFileSync('${dist}/drawer.cjs'),
  read: () => fs.readFileSync('${fileURLToPath(import.meta.url)}'),
  write: () => fs.writeFileSync('${dist}/probe', ''),
  link: () => fs.symlinkSync('/etc', '${dist}/probe'),
  spawn: () => require('node:child_process').spawnSync('true'),
  thread: () => new (require('node:worker_threads').Worker)('0', { eval: true }),
  inspect: () => require('node:inspector').open(0),
  library: () => process.dlopen({ exports: {} }, 'libc.so.6'),
  compile: () => new Function('0'),
}
const outcome = (attempt) => {
  try { attempt(); return 'done' } catch (error) { return error.code ?? error.name }
}
console.log(JSON.stringify(Object.fromEntries(Object.entries(attempts).map(([name, one]) => [name, outcome(one)]))))`

const before = new Set(processes())

/** Of this process's children. */
function processes(): readonly string[] {
  const tasks = `/proc/${process.pid}/task`
  return readdirSync(tasks).flatMap((task) =>
    readFileSync(join(tasks, task, 'children'), 'utf8')
      .split(' ')
      .filter(Boolean),
  )
}
