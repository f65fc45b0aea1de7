/** What the process says by its exit code; by itself, as most commands need nothing else of the messages. */
export const exitCodes = {
  done: 0,
  failed: 1,
  usage: 2,
  notReproduced: 3,
  notFrozen: 4,
  testbed: 5,
  interrupted: 130,
} as const
