/** Entry point of a thread that watches the parent, where there are no loader hooks that have one (hooks.ts). */

import { workerData } from 'node:worker_threads'
import { type Watched, watchParent } from './leftovers.ts'

watchParent(workerData as Watched)
