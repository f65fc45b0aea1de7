/** An experiment block in the page: folded, with its source and what each of its cells gave. */

import type { Element } from 'hast'
import type { ExperimentBlock } from '../document/block.ts'
import type { Run } from '../results/run.ts'
import { runName } from '../results/series.ts'
import { element } from './element.ts'
import { badge, counted, type Standings } from './standing.ts'
import { cellsOf } from './tables/options.ts'

/** @param source the block as the author wrote it. */
export function experimentElement(
  block: ExperimentBlock,
  source: string,
  runs: readonly Run[],
  standings: Standings,
): Element {
  const script = 'file' in block.script ? block.script.file : 'script below'
  const cells = block.environments.flatMap((environment) =>
    cellsOf(block, environment, runs).map((cell) => ({ ...cell, environment })),
  )
  return element(
    'details',
    { className: ['experiment'], id: `experiment-${block.id}` },
    element(
      'summary',
      {},
      'Experiment ',
      element('code', {}, block.id),
      ` · ${script} · ${counted(block.environments.length, 'environment')}, ${counted(block.patterns.length, 'pattern')}, ${counted(block.trials, 'trial')} each`,
    ),
    element('pre', {}, element('code', {}, source)),
    element(
      'div',
      { className: ['scroll'], role: 'region', ariaLabel: `Cells of ${block.id}`, tabIndex: 0 },
      element(
        'table',
        { className: ['cells'] },
        element(
          'thead',
          {},
          element(
            'tr',
            {},
            ...['environment', 'pattern', 'trials', 'origin', 'key', 'raw files (SHA-256)'].map((head) =>
              element('th', { scope: 'col', className: head === 'trials' ? ['end'] : undefined }, head),
            ),
          ),
        ),
        element(
          'tbody',
          {},
          ...cells.map(({ environment, pattern, name, run }) =>
            element(
              'tr',
              {},
              element('td', {}, environment),
              element('th', { scope: 'row' }, pattern.name),
              ...(run === undefined
                ? [element('td', { className: ['missing'], colSpan: 4 }, `missing: run ${name}`)]
                : runCells(run, standings)),
            ),
          ),
        ),
      ),
    ),
  )
}

function runCells(run: Run, standings: Standings): readonly Element[] {
  return [
    element('td', { className: ['number'] }, String(run.trials)),
    element('td', { title: standings.get(runName(run))?.stale }, badge([run], standings)),
    element('td', {}, digest(run.key)),
    element(
      'td',
      { className: ['files'] },
      ...Object.entries(run.files).map(([name, { sha256, bytes }], index) => [
        index === 0 ? undefined : element('br'),
        element('span', { title: `${bytes} bytes` }, name),
        ' ',
        digest(sha256),
      ]),
    ),
  ]
}

/** Twelve digits to read; all of them in the title. */
function digest(hex: string): Element {
  return element('code', { title: hex }, hex.slice(0, 12))
}
