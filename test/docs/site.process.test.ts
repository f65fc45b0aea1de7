/** `npm run docs`: the pages of docs/, which link to each other and to the other files of the project. */

import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { source } from '../source.ts'

it('lie in a folder of their own, and their links lead to pages and files', { timeout: 120_000 }, () => {
  const names = ['index.md', 'beginning.md', 'translations.md']
  const { status, stdout, stderr } = spawnSync(process.execPath, [source('docs.mjs'), ...names], {
    encoding: 'utf8',
  })
  expect([status, stdout], stderr).toEqual([0, '_build/docs/index.html\n'])
  const pages = new Set(readdirSync(source('docs')).map((name) => name.replace(/\.md$/, '.html')))
  const folder = source('_build/docs')
  const files: string[] = []
  for (const name of names) {
    const page = join(folder, name.replace(/\.md$/, '.html'))
    const html = readFileSync(page, 'utf8')
    expect(html).toContain('</main>')
    expect(html.includes('<a href="index.html">Documentation</a>')).toBe(name !== 'index.md')
    const links = [...html.matchAll(/ href="([^"#]+)[^"]*"/g)].flatMap(([, link = '']) =>
      /^[a-z]+:/.test(link) ? [] : [link],
    )
    expect(links.length).toBeGreaterThan(0)
    for (const link of links)
      if (!pages.has(link)) {
        files.push(link)
        expect([name, link, existsSync(join(dirname(page), link))]).toEqual([name, link, true])
      }
  }
  expect(files).not.toEqual([])
})
