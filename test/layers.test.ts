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
  'stats',
  'xentrace',
  'audit',
  'testbed',
  'results',
  'query',
  'document',
  'bibliography',
  'check',
  'testbeds',
  'engine',
  'claims',
  'locale',
  'report',
  'index.ts',
  'project',
  'pack',
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
