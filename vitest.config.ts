import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import { LongestFirst } from './test/sequence.ts'

const alike = {
  setupFiles: ['src/prelude.ts', 'test/samples.ts'],
  // The key of this machine, for seals.
  env: { REPRO_CACHE: join(tmpdir(), 'repro-test-cache') },
  testTimeout: 30_000,
  hookTimeout: 60_000,
}

export default defineConfig({
  test: {
    globalSetup: 'test/build.ts',
    maxWorkers: availableParallelism(),
    sequence: { sequencer: LongestFirst },
    // Of the code that runs in the tests' own process; what a child process runs does not count.
    coverage: {
      include: ['src/**/*.ts'],
      exclude: ['src/cli.ts', 'src/dist.ts', 'src/prelude.ts'],
      reporter: ['text-summary', 'html'],
      reportsDirectory: '_build/coverage',
      thresholds: { lines: 72, branches: 65 },
    },
    projects: [
      {
        // Within a minute: without processes of their own, but for a few that end at once. Files share their modules.
        test: {
          ...alike,
          name: 'quick',
          isolate: false,
          include: ['test/**/*.test.ts'],
          exclude: ['test/slow/**', 'test/long/**', 'test/**/*.process.test.ts'],
        },
      },
      {
        // The command line and other programs, many times; and what is tried on thousands of samples.
        test: { ...alike, testTimeout: 90_000, name: 'processes', include: ['test/**/*.process.test.ts'] },
      },
      {
        // Real boards, a real browser, builds with many processes.
        test: {
          name: 'slow',
          include: ['test/slow/**/*.test.ts'],
          setupFiles: 'src/prelude.ts',
          testTimeout: 600_000,
          hookTimeout: 600_000,
          // After all others, whose time limits are shorter. Most of what they start uses one processor, and some of them
          // wait for long: for a cluster, a cut connection, a deadline.
          sequence: { groupOrder: 1 },
          maxWorkers: availableParallelism() + 1,
        },
      },
      {
        // Every fault of a board, on the double, and all hostile projects: an hour. Not part of `npm test`.
        test: {
          name: 'long',
          include: ['test/long/**/*.test.ts'],
          setupFiles: 'src/prelude.ts',
          testTimeout: 1_200_000,
          hookTimeout: 600_000,
          fileParallelism: false,
        },
      },
    ],
  },
})
