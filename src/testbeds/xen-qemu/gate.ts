/** Lets a limited number of actions run at once; the others wait in order. */
export type Gate = <T>(action: () => Promise<T>) => Promise<T>

export function gate(width: number): Gate {
  const waiting: (() => void)[] = []
  let free = width
  return async (action) => {
    if (free > 0) free--
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      return await action()
    } finally {
      // The place goes straight to the next in line.
      const next = waiting.shift()
      if (next) next()
      else free++
    }
  }
}

/** Remembers the promise for each argument: concurrent callers share one attempt, and its failure. */
export function once<T>(ask: (argument: string) => Promise<T>): (argument: string) => Promise<T> {
  const answers = new Map<string, Promise<T>>()
  return (argument) => {
    const answer = answers.get(argument) ?? ask(argument)
    answers.set(argument, answer)
    return answer
  }
}
