/** Audits published tables and prints the findings. */

import { constants } from 'node:fs'
import { open, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { audit } from '../../audit/audit.ts'
import type { Assumed } from '../../audit/cells.ts'
import { auditJson } from '../../audit/json.ts'
import type { Mark } from '../../audit/marks.ts'
import { readTable, type Table, TableError } from '../../audit/table.ts'
import { auditText } from '../../audit/text.ts'
import { UsageError } from '../parse.ts'
import { print, systemReason } from '../terminal/terminal.ts'

/** Audits the tables of files and folders together; `assumed` holds where they do not say otherwise. */
export async function auditTables(
  paths: readonly string[],
  assumed: Assumed,
  { mark, isJson }: { readonly mark?: Mark | undefined; readonly isJson: boolean },
): Promise<void> {
  const files = (await Promise.all(paths.map(csvFiles))).flat()
  const tables = await Promise.all([...new Set(files)].map((path) => openTable(path, mark)))
  const found = audit(tables, assumed)
  print(isJson ? JSON.stringify(auditJson(found), null, 2) : auditText(found))
}

async function csvFiles(path: string): Promise<readonly string[]> {
  const found = await readable(path, stat(path))
  if (!found.isDirectory()) return [path]
  const names = (await readdir(path)).filter((name) => name.endsWith('.csv')).sort()
  if (names.length === 0) throw new UsageError(`no .csv file in the folder ${path}`)
  return names.map((name) => join(path, name))
}

async function openTable(path: string, mark: Mark | undefined): Promise<Table> {
  const table = tableOf(path, await readable(path, textOf(path)), mark)
  if (table.rows.length === 0)
    throw new UsageError(
      `${path} is no table: it needs a head and rows, divided by commas, semicolons or tabs`,
    )
  return table
}

function tableOf(path: string, text: string, mark: Mark | undefined): Table {
  try {
    return readTable(path, text, mark)
  } catch (error) {
    if (error instanceof TableError) throw new UsageError(error.message, { cause: error })
    throw error
  }
}

/** A hundred times the size of a handwritten table. */
const largestMb = 20

/** Reads an ordinary file. Others may never end, or block without a writer. */
async function textOf(path: string): Promise<string> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const found = await handle.stat()
    if (!found.isFile()) throw new Error('no ordinary file')
    if (found.size > largestMb * 1e6)
      throw new Error(`${(found.size / 1e6).toFixed(0)} MB, and an audit takes at most ${largestMb} MB`)
    const content = await handle.readFile()
    const text = new TextDecoder().decode(content)
    const broken = /[\uFFFD\0]/.exec(text)
    if (broken) {
      const line = text.slice(0, broken.index).split(/\r\n|\r|\n/).length
      throw new Error(`line ${line} is not UTF-8 text`)
    }
    return text
  } finally {
    await handle.close()
  }
}

async function readable<Result>(path: string, reading: Promise<Result>): Promise<Result> {
  try {
    return await reading
  } catch (error) {
    throw new UsageError(`cannot read ${path}: ${systemReason(error) ?? (error as Error).message}`, {
      cause: error,
    })
  }
}
