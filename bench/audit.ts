/** False alarms of `repro audit` on simulated honest tables, and its power on tables with one made-up cell. */

import { audit } from '../src/audit/audit.ts'
import { readTable } from '../src/audit/table.ts'
import { randomNumbers } from '../src/stats/random.ts'
import { type Forgery, type Options, simulate, studies } from '../test/audit/simulated.ts'

/** Argument: the number of honest tables of each kind of data, in place of 1000; a fifth as many are forged. */
export async function benchAudit([argument = '1000']: readonly string[]): Promise<void> {
  const tables = Number(argument)
  console.log('| honest tables of | tables | cells | false alarms | unread |\n|---|---|---|---|---|')
  let [allCells, allAlarms] = [0, 0]
  for (const study of Object.keys(studies)) {
    const { cells, alarms, unread } = honest(study, tables)
    allCells += cells
    allAlarms += alarms
    console.log(`| ${study} | ${tables} | ${cells} | ${alarms} | ${unread} |`)
  }
  console.log(`| all | ${tables * Object.keys(studies).length} | ${allCells} | ${allAlarms} | |`)
  console.log('\n| made up: one of | n | decimals | mean | spread | n |\n|---|---|---|---|---|---|')
  for (const study of Object.keys(studies)) {
    // Steps of 0.001 show in five decimals, not in two.
    const decimals = study === 'whole us in ms' ? 5 : 2
    for (const sizes of sizesOf) {
      const caught = (['mean', 'spread', 'n'] as const).map((forgery) =>
        share({ study, sizes, decimals, label: 'SD (n-1)', forgery }, Math.ceil(tables / 5)),
      )
      console.log(`| ${study} | ${sizes.join(' to ')} | ${decimals} | ${caught.join(' | ')} |`)
    }
  }
}

const sizesOf: readonly (readonly [number, number])[] = [
  [10, 30],
  [40, 80],
  [150, 300],
]

function honest(study: string, tables: number) {
  const random = randomNumbers(`honest ${study}`)
  let [cells, alarms, unread] = [0, 0, 0]
  for (let table = 0; table < tables; table += 1) {
    const { csv, cells: own } = simulate(random, { study, sizes: [2, 120] })
    const read = readTable('t.csv', csv)
    const [found] = audit([read]).tables
    cells += own
    alarms += (found?.cells?.impossible.length ?? 0) + (found?.contradictions.length ?? 0)
    unread += read.rows.filter((row) => row.unread.length > 0).length
  }
  return { cells, alarms, unread }
}

/** Returns the share of tables whose made-up cell is found, in percent. */
function share(options: Options & { readonly forgery: Forgery }, tables: number): string {
  const random = randomNumbers(`forged ${JSON.stringify(options)}`)
  let found = 0
  for (let table = 0; table < tables; table += 1) {
    const { csv, line } = simulate(random, options)
    const [one] = audit([readTable('t.csv', csv)]).tables
    const { impossible = [], cutOff = [] } = one?.cells ?? {}
    if ([...impossible, ...cutOff].some(({ row }) => row.line === line)) found += 1
  }
  return `${((100 * found) / tables).toFixed(0)} %`
}
