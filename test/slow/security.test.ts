/**
 * Hostile documents in a real browser: nothing runs, nothing is requested, and nothing outside the project is
 * read.
 */

import { once } from 'node:events'
import { symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hostilePage, places } from '../report/hostile.ts'
import { launch } from './chromium.ts'
import { makeProject, repro } from './project.ts'
import { touched } from './touched.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(async () => {
  await browser?.close()
})

describe('a page in Chromium', () => {
  test.each(Object.keys(places))('with hostile texts in %s does nothing', async (place) => {
    const project = await makeProject([], { 'page.html': await hostilePage(places[place] ?? {}) })
    const { happened, violations } = await touched(browser, pathToFileURL(join(project, 'page.html')).href)
    expect(happened).toEqual([])
    // Nothing even reaches the policy.
    expect(violations).toEqual([])
  })

  test('is held by its policy where the allow-list would fail', async () => {
    const html = await hostilePage({})
    const markup = [
      '<script>globalThis.pwned=1</script><img src=x onerror="globalThis.pwned=1">',
      '<img src="http://127.0.0.1:9/i.png"><link rel=stylesheet href="http://127.0.0.1:9/c.css">',
      '<iframe src="http://127.0.0.1:9/f"></iframe><style>body{background:url(http://127.0.0.1:9/b)}</style>',
      '<base href="http://127.0.0.1:9/"><object data="http://127.0.0.1:9/o"></object>',
    ].join('')
    const project = await makeProject([], { 'page.html': html.replace('</body>', `${markup}</body>`) })
    const { happened, violations } = await touched(browser, pathToFileURL(join(project, 'page.html')).href)
    // The handler is an attribute, which the browser does not run.
    expect(happened.filter((one) => one !== 'onerror')).toEqual([])
    expect(violations.length).toBeGreaterThanOrEqual(6)
  })

  test('shows a picture whose file could run something nowhere', async () => {
    const svg = (content: string) =>
      `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">${content}</svg>`
    const project = await makeProject([], {
      'paper/index.md': '---\ntitle: T\n---\n\n![a](a.svg) ![b](b.svg)\n',
      'paper/a.svg': svg('<rect width="9" height="9"/>'),
      'paper/b.svg': svg('<script>globalThis.pwned=1</script>'),
    })
    const refused = await repro(project, 'build')
    expect(refused.err + refused.out).toContain(
      'paper/index.md:5:13 error image b.svg: the SVG file has the element script',
    )
    expect(refused.exitCode).toBe(2)
    await writeFile(join(project, 'paper/b.svg'), svg('<circle r="4"/>'))
    const { out, exitCode } = await repro(project, 'build')
    expect(exitCode).toBe(0)
    const { happened, violations } = await touched(browser, pathToFileURL(join(project, out.trim())).href)
    expect(happened).toEqual([])
    expect(violations).toEqual([])
  })

  test('holds nothing from outside of the project, and asks no server', async () => {
    const asked: string[] = []
    const server = createServer((request, response) => {
      asked.push(String(request.url))
      response.end()
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const canary = 'CANARY-7f3a'
    const png = Buffer.from(`\x89PNG\r\n\x1a\n${canary}`, 'latin1')
    const outside = await makeProject([], {})
    await writeFile(join(outside, 'secret.png'), png)
    const away = `http://127.0.0.1:${port}`
    const sources = [
      `${away}/a.png`,
      `${away.slice(5)}/b.png`,
      'file:///etc/hostname',
      '/etc/hostname',
      `../../${outside.split('/').at(-1)}/secret.png`,
      `..%2f..%2f${outside.split('/').at(-1)}%2fsecret.png`,
      join(outside, 'secret.png'),
      'linked.png',
      'folder/secret.png',
    ]
    const project = await makeProject([], {
      'paper/index.md': `---\ntitle: T\nabstract: |\n${sources.map((one) => `  ![x](${one})`).join('\n')}\n---\n\n${sources.map((one) => `![x](${one})`).join('\n')}\n`,
    })
    await symlink(join(outside, 'secret.png'), join(project, 'paper/linked.png'))
    await symlink(outside, join(project, 'paper/folder'))
    const { out, err, exitCode } = await repro(project, 'build')
    server.close()
    expect(exitCode).toBe(2)
    expect(asked).toEqual([])
    expect(out + err).not.toContain(canary)
    // Each is refused at its own position, in the abstract and in the text.
    const places = `${out}${err}`.matchAll(/^paper\/index\.md:(\d+):\d+ error image /gm)
    expect([...places].map(([, line]) => Number(line))).toEqual([
      ...sources.map((_, index) => 4 + index),
      ...sources.map((_, index) => 4 + sources.length + 2 + index),
    ])
  })
})
