import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { request, type IncomingHttpHeaders } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { repro, project, start, write } from '../project.ts'

const csv = 'tool,elapsed_ms\ngrep,20.25\ncat,10.5\ngrep,21.125\ncat,11.75\n'
const paper = `---
title: Times
---

Of \`=times.n\` runs, the first sentence.

\`\`\`yaml data
id: times
file: data/times.csv
\`\`\`

See [the data](data/times.csv).
`
const script = `export default async (cell) => {
  const rows = await cell.each(({ number }) => [{ trial: number + 1, timeUs: 1.5 }])
  const columns = [{ name: 'trial', role: 'index' }, { name: 'timeUs', role: 'measure', unit: 'us' }]
  return { columns, rows }
}
`

let running: ReturnType<typeof start> | undefined
afterEach(async () => {
  running?.child.kill('SIGKILL')
  await running?.ended
  running = undefined
})

/** Starts the server; resolves with its address and port when it has printed them. */
async function serve(...args: readonly string[]) {
  running = start(['serve', ...args])
  const { child } = running
  const address = await new Promise<string>((resolve, reject) => {
    let out = ''
    child.stdout.on('data', (part: Buffer) => {
      out += String(part)
      const found = /http:\S+/.exec(out)?.[0]
      if (found) resolve(found)
    })
    child.on('exit', () => reject(new Error(`ended: ${out}`)))
  })
  const { port, searchParams } = new URL(address)
  return { address, port: Number(port), token: searchParams.get('token') ?? '' }
}

interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

function ask(
  port: number,
  path: string,
  {
    method = 'GET',
    headers = {},
    body,
  }: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({ port, path, method, headers, host: '127.0.0.1' }, (response) => {
      let text = ''
      response.on('data', (part: Buffer) => (text += String(part)))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }))
      response.on('error', reject)
    })
    asked.on('error', reject)
    asked.end(body)
  })
}

interface Event {
  readonly event: string
  readonly data: Record<string, unknown>
}

/** Follows a page; `until` resolves with the first event that fits. */
function follow(port: number, page: string, version: string, headers: Record<string, string> = {}) {
  const seen: Event[] = []
  const waiting: (() => void)[] = []
  const asked = request(
    {
      port,
      host: '127.0.0.1',
      path: `/~repro/events?page=${encodeURIComponent(page)}&version=${version}`,
      headers,
    },
    (response) => {
      let text = ''
      response.on('data', (part: Buffer) => {
        text += String(part)
        for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
          const [, event = '', data = ''] = /event: (\S+)\ndata: (.*)/.exec(text.slice(0, end)) ?? []
          text = text.slice(end + 2)
          if (event !== '') seen.push({ event, data: JSON.parse(data) })
          for (const look of waiting) look()
        }
      })
    },
  )
  asked.on('error', () => {})
  asked.end()
  return {
    seen,
    until: (fits: (event: Event) => boolean) =>
      new Promise<Event>((resolve) => {
        const look = () => {
          const found = seen.find(fits)
          if (found) resolve(found)
        }
        waiting.push(look)
        look()
      }),
    end: () => asked.destroy(),
  }
}

const versionIn = ({ text }: Answer) => /data-version="(\d+)"/.exec(text)?.[1] ?? ''

describe('repro serve', { timeout: 180_000 }, () => {
  it('serves the page of a build, with a script of its own', async () => {
    write({ 'index.md': paper, 'data/times.csv': csv })
    const { port } = await serve('index.md')
    const first = await ask(port, '/')
    expect([first.status, first.headers.location]).toEqual([303, '/+index.html'])
    const served = await ask(port, '/+index.html')
    expect(served.status).toBe(200)
    expect(served.headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
    await repro('build', 'index.md')
    const built = readFileSync(join(project, '_build/+index.html'), 'utf8')
    expect(served.text.slice(served.text.indexOf('<body>'))).toBe(built.slice(built.indexOf('<body>')))
    expect(built).not.toContain('~repro')
  })

  it('lets no file of the project act in its name', async () => {
    const evil = '<svg xmlns="http://www.w3.org/2000/svg"><script>fetch("/~repro/run")</script></svg>'
    const linked = ['[a](results/evil.svg)', '[b](results/evil.html)'].join(' ')
    write({
      'index.md': `${paper}\n${linked}\n`,
      'data/times.csv': csv,
      'results/evil.svg': evil,
      'results/evil.html': evil,
    })
    const { port } = await serve('index.md')
    await ask(port, '/+index.html')
    for (const name of ['evil.svg', 'evil.html']) {
      const { status, headers } = await ask(port, `/results/${name}`)
      expect(status).toBe(200)
      expect(headers['content-security-policy']).toMatch(/^sandbox; default-src 'none'/)
    }
  })

  it('serves a report as a build wrote it, and nothing that was put in its place', async () => {
    write({ 'index.md': paper, 'other.md': '---\ntitle: Other\n---\n\nText.\n', 'data/times.csv': csv })
    await repro('build', 'other.md')
    const { port } = await serve('index.md')
    expect((await ask(port, '/+other.html')).text).toContain('<title>Other</title>')
    write({ '_build/+other.html': '<script>fetch("/~repro/run")</script>' })
    expect((await ask(port, '/+other.html')).status).toBe(404)
  })

  it('refuses other hosts, origins, methods and paths', async () => {
    write({ 'index.md': paper, 'data/times.csv': csv, 'secret.txt': 'secret' })
    const { port, token } = await serve('index.md')
    const page = '/+index.html'
    const statusOf = async (path: string, more: Parameters<typeof ask>[2] = {}) =>
      (await ask(port, path, more)).status
    expect(await statusOf(page)).toBe(200)
    for (const host of ['evil.example', `evil.example:${port}`, '127.0.0.1', `127.0.0.1:${port + 1}`])
      expect(await statusOf(page, { headers: { host } }), host).toBe(403)
    expect(await statusOf(page, { headers: { host: `localhost:${port}` } })).toBe(200)
    for (const origin of [
      'http://evil.example',
      'null',
      `http://127.0.0.1:${port + 1}`,
      `https://127.0.0.1:${port}`,
    ])
      expect(await statusOf(page, { headers: { origin } }), origin).toBe(403)
    expect(
      await statusOf(page, { headers: { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' } }),
    ).toBe(403)
    for (const method of ['PUT', 'DELETE', 'OPTIONS', 'PATCH'])
      expect(await statusOf(page, { method }), method).toBe(405)
    expect((await ask(port, page, { method: 'HEAD' })).text).toBe('')
    for (const path of [
      ...[
        '/secret.txt',
        '/../secret.txt',
        '/%2e%2e/secret.txt',
        '/results/../secret.txt',
        '/..%2fsecret.txt',
      ],
      ...[
        '/index.md',
        '/.repro/manifests/+index.md.json',
        '/data/times.csv',
        '/_build/+index.html',
        '//secret.txt',
      ],
      ...['/~repro/', '/~repro/../secret.txt', '/~repro/client.js%00', '/%ff', `/${'a'.repeat(9000)}`],
    ]) {
      const { status, text } = await ask(port, path)
      expect([400, 404, 431], path).toContain(status)
      expect(text).not.toContain('secret\n')
    }
    const body = JSON.stringify({ cells: ['a/local/b'] })
    const origin = `http://127.0.0.1:${port}`
    const cookie = `repro-${port}=${token}`
    const json = { 'content-type': 'application/json' }
    const run = async (headers: Record<string, string>) =>
      await statusOf('/~repro/run', { method: 'POST', headers, body })
    expect(await run({ ...json, origin })).toBe(403)
    expect(await run({ ...json, origin, cookie: `repro-${port}=${'x'.repeat(token.length)}` })).toBe(403)
    expect(await run({ ...json, cookie })).toBe(403)
    expect(await run({ origin, cookie, 'content-type': 'text/plain' })).toBe(403)
    expect(await run({ ...json, cookie, origin: 'http://evil.example' })).toBe(403)
    expect(await run({ ...json, origin, cookie })).toBe(409)
    const large = { method: 'POST', headers: { ...json, origin, cookie }, body: 'x'.repeat(5_000_000) }
    expect(await statusOf('/~repro/run', large)).toBe(413)
    expect(await statusOf(`/?token=${token}x`)).toBe(403)
    const entered = await ask(port, `/?token=${token}`)
    expect(entered.headers['set-cookie']).toEqual([
      `repro-${port}=${token}; HttpOnly; SameSite=Strict; Path=/`,
    ])
    expect(entered.headers.location).not.toContain(token)
  })

  it('sends the block that a save changed, however an editor saves', async () => {
    write({ 'index.md': paper, 'data/times.csv': csv })
    const { port } = await serve('index.md')
    const version = versionIn(await ask(port, '/+index.html'))
    const events = follow(port, '/+index.html', version)
    await events.until(({ event }) => event === 'update')
    const place = join(project, 'index.md')
    const saves: readonly ((text: string) => void)[] = [
      (text) => writeFileSync(place, text),
      (text) => {
        writeFileSync(`${place}.tmp`, text)
        renameSync(`${place}.tmp`, place)
      },
      (text) => {
        rmSync(place)
        writeFileSync(place, text)
      },
    ]
    for (const [index, save] of saves.entries()) {
      save(paper.replace('first sentence', `sentence ${index} of all`))
      const { data } = await events.until(
        ({ event, data }) => event === 'update' && JSON.stringify(data).includes(`sentence ${index} of all`),
      )
      const { blocks } = data as { blocks: { html?: string }[] }
      const sent = blocks.flatMap(({ html }) => html ?? [])
      expect(sent.some((html) => html.startsWith('<p>Of '))).toBe(true)
      expect(sent.join('')).not.toContain('See <a')
    }
    write({ 'data/times.csv': `${csv}cat,12.5\n` })
    await events.until(({ data }) => />5[^\d.]/.test(JSON.stringify(data)))
    events.end()
  })

  it('sees folders that were deleted and made again', async () => {
    write({ 'index.md': paper, 'data/times.csv': csv })
    const { port } = await serve('index.md')
    const events = follow(port, '/+index.html', versionIn(await ask(port, '/+index.html')))
    rmSync(join(project, 'data'), { recursive: true })
    const isMissing = ({ data }: Event) => JSON.stringify(data).includes('no file data/times.csv')
    await events.until(isMissing)
    write({ 'data/times.csv': csv })
    const last = () => events.seen.filter(({ event }) => event === 'update').at(-1)
    await events.until(() => last() !== undefined && !isMissing(last() as Event))
    write({ 'data/times.csv': `${csv}cat,12.5\ncat,12.75\n` })
    await events.until(({ data }) => />6[^\d.]/.test(JSON.stringify(data)))
    events.end()
  })

  it('says that the document is gone, keeps its page, and follows it again when it is back', async () => {
    write({ 'index.md': paper, 'data/times.csv': csv })
    const { port } = await serve('index.md')
    const version = versionIn(await ask(port, '/+index.html'))
    const events = follow(port, '/+index.html', version)
    await events.until(({ event }) => event === 'update')
    rmSync(join(project, 'index.md'))
    const { data } = await events.until(({ data }) => JSON.stringify(data).includes(' is gone'))
    expect((data as { problems: unknown[] }).problems[0]).toMatchObject({
      severity: 'error',
      message: 'the document index.md is gone: it was deleted, moved or renamed',
    })
    const asked = await ask(port, `/~repro/update?page=/%2Bindex.html&version=${version}`)
    expect(JSON.parse(asked.text)).toMatchObject({
      update: { version: Number(version), mayRun: false },
      progress: null,
    })
    expect((await ask(port, '/+index.html')).text).toContain('the first sentence')
    write({ 'index.md': paper.replace('first sentence', 'sentence that came back') })
    await events.until(({ data }) => JSON.stringify(data).includes('that came back'))
    // The text is shown before it is checked.
    const last = () => events.seen.filter(({ event }) => event === 'update').at(-1)
    await events.until(() => (last()?.data as { problems: unknown[] } | undefined)?.problems.length === 0)
    events.end()
  })

  it('shows a document with errors, with its problems', async () => {
    write({ 'index.md': paper.replace('times.n', 'tmes.n'), 'data/times.csv': csv })
    const { port } = await serve('index.md')
    const page = await ask(port, '/+index.html')
    expect(page.text).toContain('the first sentence')
    const events = follow(port, '/+index.html', versionIn(page))
    const { data } = await events.until(({ event }) => event === 'update')
    const { problems } = data as { problems: { line: number; ruleId: string; block?: number }[] }
    expect(problems[0]).toMatchObject({ line: 5, ruleId: 'expression-path' })
    expect(problems[0]?.block).toBeGreaterThan(0)
    write({ 'index.md': paper })
    await events.until(
      ({ event, data }) => event === 'update' && (data as { problems: unknown[] }).problems.length === 0,
    )
    events.end()
  })

  it('shows a problem at its block, also behind an included file and in it', async () => {
    const parts = '\n```yaml include\nfile: part.md\n```\n\nBehind: @fig-behind.\n'
    write({
      ...{ 'index.md': paper + parts, 'data/times.csv': csv },
      'part.md': 'One.\n\nTwo.\n\nThree: @fig-within.\n',
    })
    const { port } = await serve('index.md')
    const page = await ask(port, '/+index.html')
    const events = follow(port, '/+index.html', versionIn(page))
    const { data: blocks } = await events.until(({ event }) => event === 'blocks')
    const { data } = await events.until(
      ({ event, data }) => event === 'update' && (data as { problems: unknown[] }).problems.length === 2,
    )
    const { problems } = data as { problems: { message: string; block?: number }[] }
    const of = (id: string) => problems.find(({ message }) => message.includes(id))?.block ?? 0
    const count = (blocks as unknown as unknown[]).length
    expect(of('@fig-within')).toBe(of('@fig-behind') - 1)
    expect(of('@fig-behind')).toBeLessThan(count)
    events.end()
  })

  it('serves documents whose names have signs of addresses', async () => {
    const name = 'a#b?c %.md'
    write({ [name]: '---\ntitle: T\n---\n\nHere.\n' })
    const { port } = await serve(name)
    const { headers } = await ask(port, '/')
    expect((await ask(port, String(headers.location))).text).toContain('Here.')
  })

  it('runs a cell when it is asked with the token, and shows the result', async () => {
    const block =
      '\n```yaml experiment\nid: speed\nscript: experiments/speed.ts\nenvironments: [local]\ntrials: 2\nboots: 1\npatterns: {baseline: {}}\n```\n\nIt took `=speed.local.baseline.timeUs.mean | us`.\n'
    write({ 'index.md': `${paper}${block}`, 'data/times.csv': csv, 'experiments/speed.ts': script })
    const { port, token } = await serve('index.md')
    const headers = { cookie: `repro-${port}=${token}` }
    const events = follow(port, '/+index.html', versionIn(await ask(port, '/+index.html')), headers)
    const { data } = await events.until(({ event }) => event === 'update')
    expect(data).toMatchObject({
      mayRun: true,
      waiting: [{ name: 'speed/local/baseline', reason: 'never run' }],
    })
    const { status } = await ask(port, '/~repro/run', {
      method: 'POST',
      headers: { ...headers, origin: `http://127.0.0.1:${port}`, 'content-type': 'application/json' },
      body: JSON.stringify({ cells: ['speed/local/baseline'] }),
    })
    expect(status).toBe(202)
    const isOver = ({ event, data }: Event) =>
      event === 'progress' && ['done', 'failed'].includes(String((data as { state?: string } | null)?.state))
    expect((await events.until(isOver)).data).toMatchObject({
      ...{ state: 'done', cells: [{ name: 'speed/local/baseline', state: 'done', done: 2 }] },
    })
    await events.until(
      ({ event, data }) => event === 'update' && (data as { waiting: unknown[] }).waiting.length === 0,
    )
    expect((await ask(port, '/+index.html')).text).toContain('1.5')
    events.end()
  })

  it('ends at once when it is told, with readers and slow clients connected', async () => {
    write({ 'index.md': paper, 'data/times.csv': csv })
    const { port } = await serve('index.md')
    const events = follow(port, '/+index.html', '0')
    await events.until(({ event }) => event === 'update')
    const slow = connect(port, '127.0.0.1')
    slow.on('error', () => {})
    slow.write('GET / HTTP/1.1\r\nHos')
    running?.child.kill('SIGTERM')
    const ended = await running?.ended
    expect([ended?.exitCode, ended?.err]).toEqual([0, ''])
  })

  it('says what to do when the port is in use', async () => {
    write({ 'index.md': paper, 'data/times.csv': csv })
    const { port } = await serve('index.md')
    const { err, exitCode } = await repro('serve', 'index.md', '--port', String(port))
    expect([err, exitCode]).toEqual([
      `error: port ${port} is in use: choose another with --port, or leave --port out for a free one\n`,
      1,
    ])
  })
})
