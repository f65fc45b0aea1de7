import fc from 'fast-check'

/** Properties draw the same samples on every run; with `SEED=N` in the environment they draw others. */
fc.configureGlobal({ seed: Number(process.env.SEED ?? 1) })
