/** `repro audit`: whether the numbers of published tables can be true, and what they say about how they were made. */

import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { audit } from '../audit/audit.ts'
import { auditJson } from '../audit/json.ts'
import { readTable, type Table } from '../audit/table.ts'
import { auditText } from '../audit/text.ts'
import { audit as definition } from './definitions.ts'
import { exitCodes } from './exitcodes.ts'
import { print } from './terminal.ts'
import { readArguments, UsageError, wholeNumber } from './usage.ts'

/** Findings are no errors: the exit code says only whether there was something to audit. */
export async function auditCommand(args: readonly string[]): Promise<number> {
  const { positionals, values } = readArguments(args, definition)
  if (positionals.length === 0)
    throw new UsageError('which tables? repro audit FILE.csv... (or a folder of them)')
  const n = wholeNumber('--n', values.n, 2)
  const files = (await Promise.all(positionals.map(csvFiles))).flat()
  const tables = await Promise.all([...new Set(files)].map(openTable))
  const found = audit(tables, n)
  print(values.json ? JSON.stringify(auditJson(found), null, 2) : auditText(found))
  return exitCodes.done
}

/** The file itself, or the tables of a folder in alphabetical order. */
async function csvFiles(path: string): Promise<readonly string[]> {
  const found = await readable(path, stat(path))
  if (!found.isDirectory()) return [path]
  const names = (await readdir(path)).filter((name) => name.endsWith('.csv')).sort()
  if (names.length === 0) throw new UsageError(`no .csv file in the folder ${path}`)
  return names.map((name) => join(path, name))
}

async function openTable(path: string): Promise<Table> {
  const table = readTable(path, await readable(path, readFile(path, 'utf8')))
  if (table.rows.length === 0)
    throw new UsageError(`${path} is no table: it needs a head and rows, divided by commas`)
  return table
}

async function readable<Result>(path: string, reading: Promise<Result>): Promise<Result> {
  try {
    return await reading
  } catch (error) {
    throw new UsageError(`cannot read ${path}: ${(error as Error).message}`, { cause: error })
  }
}
