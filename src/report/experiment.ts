/** An experiment block in the page: folded, with its source and what each of its cells gave. */

import type { Element } from 'hast'
import type { ExperimentBlock } from '../document/block.ts'
import { element } from '../locale/element.ts'
import type { Run } from '../results/run.ts'
import { runName } from '../results/run.ts'
import { badge } from './standing.ts'
import { cellsOf } from './tables/options.ts'
import type { Telling } from './telling.ts'

/** @param source the block as the author wrote it. */
export function experimentElement(
  block: ExperimentBlock,
  source: string,
  runs: readonly Run[],
  telling: Telling,
): Element {
  const { words } = telling
  const own = words.experiment
  const { environment, pattern, trials, origin, key, files } = own.heads
  const script = 'file' in block.script ? block.script.file : own.inlineScript
  const size = own.size(block.environments.length, block.patterns.length, block.trials, block.boots)
  const cells = block.environments.flatMap((environment) =>
    cellsOf(block, environment, runs).map((cell) => ({ ...cell, environment })),
  )
  return element(
    'details',
    { className: ['experiment'], id: `experiment:${block.id}` },
    element('summary', {}, own.title(element('code', {}, block.id)), ` · ${script} · ${size}`),
    element('pre', {}, element('code', {}, source)),
    element(
      'div',
      { className: ['scroll'], role: 'region', ariaLabel: own.cells(block.id), tabIndex: 0 },
      element(
        'table',
        { className: ['cells'] },
        element(
          'thead',
          {},
          element(
            'tr',
            {},
            ...[environment, pattern, trials, origin, key, files].map((head) =>
              element('th', { scope: 'col', className: head === trials ? ['end'] : undefined }, head),
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
                ? [element('td', { className: ['missing'], colSpan: 4 }, words.missing([name]))]
                : runCells(run, telling)),
            ),
          ),
        ),
      ),
    ),
  )
}

function runCells(run: Run, telling: Telling): readonly Element[] {
  const { words, standings } = telling
  return [
    element('td', { className: ['number'] }, String(run.trials)),
    element('td', { title: standings.get(runName(run))?.stale }, badge([run], telling)),
    element('td', {}, digest(run.key)),
    element(
      'td',
      { className: ['files'] },
      ...Object.entries(run.files).map(([name, { sha256, bytes }], index) => [
        index === 0 ? undefined : element('br'),
        element('span', { title: words.experiment.bytes(bytes) }, name),
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
