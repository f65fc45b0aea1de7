import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    globalSetup: 'test/build.ts',
    // Most quick tests wait for processes.
    maxWorkers: availableParallelism(),
    projects: [
      {
        test: {
          name: 'quick',
          include: ['test/**/*.test.ts'],
          exclude: ['test/slow/**'],
          setupFiles: 'src/prelude.ts',
          // The key of this machine, for seals.
          env: { REPRO_CACHE: join(tmpdir(), 'repro-test-cache') },
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        // Real boards, a real browser, builds with many processes.
        test: {
          name: 'slow',
          include: ['test/slow/**/*.test.ts'],
          setupFiles: 'src/prelude.ts',
          testTimeout: 600_000,
          hookTimeout: 600_000,
          fileParallelism: false,
        },
      },
    ],
  },
})
