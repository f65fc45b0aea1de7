/** Interpreters and imports of scripts, found with a real Python. */

import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { VFile } from 'vfile'
import { describe, expect, it } from 'vitest'
import type { ExperimentBlock } from '../../src/document/block.ts'
import { parseDocument } from '../../src/document/document.ts'
import { checkPrograms } from '../../src/engine/programcheck.ts'
import { programDigests, programsOf } from '../../src/engine/programs.ts'
import { openFiles } from '../../src/files/tracked.ts'
import { localEnvironment } from '../../src/testbeds/local/testbed.ts'
import { project, write } from '../project.ts'

const python = (script: string, more = '') => `
\`\`\`yaml experiment
id: e
script: ${script}
environments: [local, board]
trials: 1
patterns: {baseline: {}}
${more}
\`\`\`
`
const document = 'paper/index.md'
function open(text: string) {
  const value = `---\ntitle: T\n---\n${text}`
  const parsed = parseDocument(new VFile({ path: document, value }))
  const blocks = parsed.blocks.flatMap((one) => (one.type === 'experiment' ? [one] : []))
  const files = openFiles(project)
  const programs = programsOf(blocks, { project, document, files })
  const inputs = (block: ExperimentBlock | undefined) => {
    const script = block && programs.get(block)
    return script && block ? programDigests(block, script, files) : {}
  }
  const messages = (isRecorded = false) => {
    const environments = new Map([
      ['local', localEnvironment],
      ['board', { ...localEnvironment, name: 'board', testbed: 'ssh' }],
    ])
    checkPrograms(parsed, document, {
      ...{ project, files, environments, isRecorded: () => isRecorded, mayAsk: false },
    })
    return parsed.file.messages.map(
      ({ line, column, fatal, reason }) => `${line}:${column} ${fatal ? 'error' : 'warning'} ${reason}`,
    )
  }
  return { inputs: inputs(blocks[0]), programs: [...programs.values()], files, messages }
}

const local = (text: string) => text.replace('[local, board]', '[local]')

describe('imports of Python', () => {
  it('are found without running anything: modules, packages, folders, and by a constant name', () => {
    write({
      'code/main.py': `import json, random, helper
from package import part
from package.sub import thing
from folder import deep
import importlib
importlib.import_module("named")
raise SystemExit(open("was-run", "w"))
`,
      'code/helper.py': 'import further\nopen("was-run", "w")',
      'code/further.py': '',
      'code/random.py': '# in place of the standard one',
      'code/package/__init__.py': '',
      'code/package/part.py': '',
      'code/package/sub.py': 'from . import other',
      'code/package/other.py': '',
      'code/package/unused.py': '',
      'code/folder/deep.py': '',
      'code/named.py': '',
      'code/json/readme.txt': 'a folder is no module if there is another one',
      'helper.py': 'not beside the script',
    })
    const { inputs, files } = open(local(python('code/main.py')))
    expect(Object.keys(inputs).sort()).toEqual(
      [
        ...['__init__', 'other', 'part', 'sub'].map((name) => `file code/package/${name}.py`),
        ...['folder/deep', 'further', 'helper', 'named', 'random'].map((name) => `file code/${name}.py`),
        'interpreter',
        'script',
      ].sort(),
    )
    expect(inputs.interpreter).toMatch(/^python 3\.\d+\.\d+$/)
    expect(files.digest('was-run')).toBeUndefined()
  })

  it('are those of the document for a script in it, and a helper that changes or appears is noticed', () => {
    const text = '\n```python experiment id=e testbed=local trials=1\nimport helper\n```\n'
    write({ 'helper.py': '' })
    const before = open(text)
    expect(before.inputs).not.toHaveProperty('file paper/helper.py')
    expect(before.inputs).toMatchObject({ 'package helper': 'missing' })
    // The next build looks for it.
    expect(before.files.fingerprints()).toMatchObject({ 'paper/helper.py': { type: 'nothing' } })
    write({ 'paper/helper.py': 'x = 1' })
    const after = open(text)
    expect(after.inputs).not.toHaveProperty('package helper')
    write({ 'paper/helper.py': 'x = 2' })
    const changed = open(text)
    expect(changed.inputs['file paper/helper.py']).not.toBe(after.inputs['file paper/helper.py'])
    expect({ ...changed.inputs, 'file paper/helper.py': '' }).toEqual({
      ...after.inputs,
      'file paper/helper.py': '',
    })
  })

  it('have compiled files that Python takes whatever their source is, and no others', () => {
    write({ 'code/main.py': 'import helper, package.sub\n', 'code/helper.py': '', 'code/package/sub.py': '' })
    // Magic number, flags (PEP 552), and what does not matter here.
    const compiled = (flags: number) => `abcd${String.fromCharCode(flags)}${'\0'.repeat(11)}`
    write({
      'code/__pycache__/helper.cpython-311.pyc': compiled(0),
      'code/__pycache__/main.cpython-311.pyc': compiled(1),
      'code/package/__pycache__/sub.cpython-313.opt-1.pyc': compiled(1),
    })
    const names = () =>
      Object.keys(open(local(python('code/main.py'))).inputs).filter((name) => name.endsWith('.pyc'))
    expect(names()).toEqual(['file code/package/__pycache__/sub.cpython-313.opt-1.pyc'])
    write({ 'code/__pycache__/helper.cpython-311.pyc': compiled(3) })
    expect(names()).toContain('file code/__pycache__/helper.cpython-311.pyc')
  })

  it('have versions of installed packages, also of a virtual environment that is not run', () => {
    write({
      'code/main.py':
        'import fancy, other.part, renamed\ntry:\n    import optional\nexcept ImportError:\n    pass\n',
      '.venv/pyvenv.cfg': 'version = 3.9.5\n',
      '.venv/bin/python': '',
      '.venv/lib/python3.9/site-packages/fancy/__init__.py': 'raise SystemExit',
      '.venv/lib/python3.9/site-packages/evil.pth': 'import os; os.mkdir("was-run")',
      '.venv/lib/python3.9/site-packages/fancy-1.2.3.dist-info/METADATA': '',
      '.venv/lib/python3.9/site-packages/renamed.py': '',
      '.venv/lib/python3.9/site-packages/Other_Name-2.0.dist-info/RECORD': 'renamed.py,sha256=x,0\n',
    })
    const { inputs, messages } = open(local(python('code/main.py', 'interpreter: .venv/bin/python')))
    // The interpreter is no executable here.
    expect(inputs.interpreter).toBe('missing')
    expect(messages()).toEqual([
      '11:14 error no interpreter .venv/bin/python: make it first (python3 -m venv .venv)',
    ])
    symlinkSync('/bin/sh', join(project, '.venv/bin/python3'))
    const venv = open(local(python('code/main.py', 'interpreter: .venv/bin/python3')))
    expect(venv.inputs).toMatchObject({
      interpreter: 'python 3.9.5',
      'package fancy': '1.2.3',
      'package renamed': 'other-name 2.0',
      'package optional': 'missing',
    })
    expect(venv.messages()).toEqual([expect.stringContaining('no module other')])
  })

  it('that are wrong are told at their line', () => {
    write({
      'code/main.py': 'import broken\nimport linked\n',
      'code/broken.py': 'x = 1\ndef f(:\n',
    })
    symlinkSync('/etc/passwd', join(project, 'code/linked.py'))
    expect(open(local(python('code/main.py'))).messages()).toEqual([
      expect.stringMatching(/^7:9 error code\/broken\.py:2:7: /),
      '7:9 error code/linked.py:1:1: code/linked.py lies outside the project: copy it into the project; changes to it are not tracked',
    ])
    const inline = '\n- ```python experiment id=e testbed=local trials=1\n  import json\n  x = (\n  ```\n'
    expect(open(inline).messages()).toEqual([expect.stringMatching(/^7:\d+ error /)])
    const computed =
      '\n```python experiment id=e testbed=local trials=1\nimport importlib\nimportlib.import_module(x)\n```\n'
    expect(open(computed).messages()).toEqual([
      '7:1 warning this import is computed, so the files it loads are unknown: list them under inputs: (lib/**)',
    ])
  })
})

describe('checks of scripts in other languages', () => {
  it('refuse other testbeds than local, files in no language, and keys that TypeScript does not take', () => {
    write({ 'a.py': '', 'notes.txt': 'words', 'a.ts': 'export default 1' })
    expect(open(python('a.py')).messages()).toEqual([
      '8:23 error a.py runs on the testbed local only, and board is of ssh: boards take scripts in TypeScript or JavaScript',
    ])
    expect(open(local(python('notes.txt'))).messages()).toEqual([
      expect.stringMatching(
        /^7:9 error notes\.txt is in no known language \(\.ts, .*\.py, .*\), and is not executable: begin it with #!, or set its executable bit \(chmod \+x\)$/,
      ),
    ])
    expect(open(local(python('a.ts', 'per: cell\ninterpreter: python3'))).messages()).toEqual([
      '11:6 error per: only for scripts in other languages (python, R, sh, bash, julia, ruby, perl): leave it out',
      '12:14 error interpreter: only for scripts in other languages (python, R, sh, bash, julia, ruby, perl): leave it out',
    ])
  })

  it('refuse a missing interpreter, but where runs are recorded', () => {
    write({ 'a.py': '' })
    const text = local(python('a.py', 'interpreter: python3.0'))
    const reason =
      'no interpreter python3.0 on PATH: install Python 3 (the package python3 of your system, or python.org)'
    expect(open(text).messages()).toEqual([`11:14 error ${reason}`])
    expect(open(text).messages(true)).toEqual([
      `11:14 warning ${reason}; recorded runs are shown, and nothing can run again`,
    ])
  })

  it('know settings that an interpreter reads by itself', () => {
    write({ 'a.jl': '', 'Project.toml': '', '.Rprofile': '' })
    const { inputs } = open(local(python('a.jl')))
    expect(Object.keys(inputs).sort()).toEqual(['file Project.toml', 'interpreter', 'script'])
  })
})
