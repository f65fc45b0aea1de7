import { readdirSync, readFileSync } from 'node:fs'
import { join, posix, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

/** A folder imports only from itself and from those before it; the files at the top of src/ have places of their own. */
const order = [
  'prelude.ts',
  'dist.ts',
  'files',
  'text',
  'languages',
  'stats',
  'xentrace',
  'audit',
  'testbed',
  'results',
  'query',
  'data',
  'document',
  'bibliography',
  'check',
  'toolchain',
  'testbeds',
  'engine',
  'claims',
  'locale',
  'report',
  'index.ts',
  'project',
  'pack',
  'begin',
  'serve',
  'lsp',
  'commands',
  'cli.ts',
]

const source = fileURLToPath(new URL('../src/', import.meta.url))
const files = readdirSync(source, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
  .map((entry) => relative(source, join(entry.parentPath, entry.name)))
  .sort()

/** Relative imports of a file, as paths in src/. Types count: a dependency of types is one, too. */
function imports(file: string): readonly string[] {
  const text = readFileSync(join(source, file), 'utf8')
  return [...text.matchAll(/\b(?:from|import)\s*\(?\s*'(\.[^']+\.ts)'/g)].map(([, path = '']) =>
    posix.join(posix.dirname(file), path),
  )
}

const layer = (file: string) => order.indexOf(file.split('/')[0] ?? '')

/** A Map -> what only it imports: folders, with a slash at their end, and files. */
const doors = new Map(
  (
    [
      ['testbeds/testbeds.ts', /^testbeds\/[^/]+\//],
      ['engine/executors.ts', /^engine\/slurm\//],
      ['report/formats.ts', /^report\/[^/]+\//],
      ['report/tables/kinds.ts', /^report\/tables\/[^/]+$/],
    ] as const
  ).map(([door, part]) => [
    door,
    [...new Set(imports(door).flatMap((path) => part.exec(path)?.[0] ?? []))].sort(),
  ]),
)

/** Comments may give examples. */
function withoutComments(file: string): string {
  return readFileSync(join(source, file), 'utf8').replace(/\/\*[^]*?\*\/|(?<=^|\s)\/\/.*/g, '')
}

describe('printed formats', () => {
  it('share what lies above them, and import nothing from each other', () => {
    const wrong = ['latex', 'typst'].flatMap((own) =>
      files
        .filter((file) => file.startsWith(`report/print/${own}/`))
        .flatMap((file) =>
          imports(file)
            .filter((path) => path.startsWith('report/print/') && path.split('/').length > 3)
            .filter((path) => !path.startsWith(`report/print/${own}/`))
            .map((path) => `${file} -> ${path}`),
        ),
    )
    expect(wrong).toEqual([])
    expect(files.filter((file) => file.startsWith('report/print/latex/'))).not.toEqual([])
  })
})

describe('testbeds, executors, formats and kinds of tables', () => {
  it('are all behind doors', () => {
    const folders = files.flatMap((file) => /^testbeds\/[^/]+\//.exec(file)?.[0] ?? [])
    expect(doors.get('testbeds/testbeds.ts')).toEqual([...new Set(folders)])
    for (const paths of doors.values()) expect(paths).not.toEqual([])
  })

  it.each([...doors])('are imported by no file but %s', (door, paths) => {
    const wrong = files.flatMap((file) =>
      imports(file).flatMap((path) => {
        const hidden = paths.find((one) => path.startsWith(one))
        return hidden === undefined || file === door || file.startsWith(hidden) ? [] : [`${file} -> ${path}`]
      }),
    )
    expect(wrong).toEqual([])
  })

  it('are named by no other file', () => {
    // Commands for traces, whose captures say nothing of their board, give examples.
    const own = /^(?:toolchain\/|testbeds\/(?:xen-qemu\/|ssh\/|testbeds)|commands\/trace)/
    const core = files.filter((file) => !own.test(file))
    expect(core.filter((file) => /qemu|raspberry|debian/i.test(withoutComments(file)))).toEqual([])
    const others = files.filter((file) => !/^engine\/(?:slurm\/|executors)/.test(file))
    expect(others.filter((file) => /sbatch|squeue|slurmctld/i.test(withoutComments(file)))).toEqual([])
  })
})

it('only testbeds import the toolchain', () => {
  const others = files.filter((file) => !/^(?:toolchain|testbeds)\//.test(file))
  const wrong = others.filter((file) => imports(file).some((path) => path.startsWith('toolchain/')))
  expect(wrong).toEqual([])
})

describe('the order of folders', () => {
  it('names every folder and file at the top of src/', () => {
    expect(new Set(files.map((file) => file.split('/')[0]))).toEqual(new Set(order))
  })

  it.each(files)('%s imports only from before it', (file) => {
    const wrong = imports(file).filter((path) => layer(path) > layer(file))
    expect(wrong).toEqual([])
  })

  it('has no cycle between files', () => {
    const state = new Map<string, 'open' | 'done'>()
    const cycles: string[] = []
    const visit = (file: string, path: readonly string[]) => {
      if (state.get(file) === 'done') return
      if (state.get(file) === 'open') {
        cycles.push([...path.slice(path.indexOf(file)), file].join(' -> '))
        return
      }
      state.set(file, 'open')
      for (const next of imports(file)) visit(next, [...path, file])
      state.set(file, 'done')
    }
    for (const file of files) visit(file, [])
    expect(cycles).toEqual([])
  })
})

it('quick tests use no hooks of another module, which would be those of the first file alone', () => {
  const tests = fileURLToPath(new URL('.', import.meta.url))
  const quick = readdirSync(tests, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.test.ts') && !/\.process\.test\.ts$|^(?:slow|long)\//.test(file),
  )
  expect(quick.length).toBeGreaterThan(100)
  const wrong = quick.filter((file) =>
    /from '(?:\.\.?\/)+project\.ts'/.test(readFileSync(join(tests, file), 'utf8')),
  )
  expect(wrong).toEqual([])
})
