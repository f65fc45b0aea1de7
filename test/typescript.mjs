// Lets Node run the TypeScript of tests and benchmarks, as it runs that of experiments.

import { register } from 'node:module'

register('../dist/hooks.js', import.meta.url)
await import('../src/prelude.ts')
