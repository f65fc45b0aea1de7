/** What xenalyze's summary says of runstates against what `repro trace summary --json` says. */

interface State {
  readonly count: number
  readonly ticks: number
  readonly partTicks: number
}

export interface SummaryData {
  readonly vcpus: readonly {
    readonly domain: number
    readonly vcpu: number
    readonly states: Readonly<Record<string, State>>
  }[]
}

/**
 * Lines about how both agree. xenalyze prints for each vCPU and state a count and a mean, cut to whole ticks, so that
 * equal counts and means are equal sums to within a tick a stay. Two differences are its rules, and told apart: it
 * counts what a vCPU had already run when the capture began as a stay (for us it is a part of one), and it leaves out
 * the first wait of a vCPU that it has not seen run yet.
 */
export function compare({ vcpus }: SummaryData, text: string): readonly string[] {
  const theirs = parse(text)
  let [equal, explained] = [0, 0]
  const differences: string[] = []
  for (const { domain, vcpu, states } of vcpus) {
    for (const [state, own] of Object.entries(states)) {
      const other = theirs.get(`${domain} ${vcpu} ${state}`) ?? { count: 0, mean: 0 }
      const mean = own.count === 0 ? 0 : Math.floor(own.ticks / own.count)
      if (own.count === 0 && other.count === 0) continue
      if (other.count === own.count && other.mean === mean) equal += 1
      else if (isExplained(state, own, other)) explained += 1
      else {
        differences.push(
          `  d${domain}v${vcpu} ${state}: ${own.count} stays of ${mean} ticks; xenalyze ${other.count} of ${other.mean}`,
        )
      }
    }
  }
  return [
    `runstates: ${equal} counts and means equal to the tick, ${explained} but for the first stay, ${differences.length} different`,
    ...differences,
  ]
}

function isExplained(state: string, { count, ticks, partTicks }: State, other: Mean): boolean {
  // What xenalyze's cut mean leaves open, at most a tick a stay.
  const [least, most] = [other.count * other.mean - ticks, other.count * (other.mean + 1) - ticks]
  if (state === 'running' && other.count === count + 1) return most >= 0 && least <= partTicks
  return other.count === count - 1 && most >= -ticks / count - count && least <= 0
}

interface Mean {
  readonly count: number
  readonly mean: number
}

function parse(text: string): ReadonlyMap<string, Mean> {
  const found = new Map<string, Mean>()
  let [domain, vcpu] = ['', '']
  for (const line of text.split('\n')) {
    const [, nextDomain] = /^\|-- Domain (\d+) --\|/.exec(line) ?? []
    if (nextDomain !== undefined) [domain, vcpu] = [nextDomain, '']
    const [, nextVcpu] = /^-- v(\d+) --/.exec(line) ?? []
    if (nextVcpu !== undefined) vcpu = nextVcpu
    const [, state, count, mean] =
      /^ +(running|runnable|blocked|offline): +(\d+) +[\d.]+s +(\d+)/.exec(line) ?? []
    if (state !== undefined && vcpu !== '') {
      found.set(`${domain} ${vcpu} ${state}`, { count: Number(count), mean: Number(mean) })
    }
  }
  return found
}
