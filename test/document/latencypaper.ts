/** A paper with an experiment of Xen and a claim about it, for tests of claims. */

import { VFile } from 'vfile'
import { parseDocument } from '../../src/document/document.ts'

/** `cells` are the block's lines on patterns and groups, `claim` those of the claim's, which start in line 15. */
export function latencyPaper(cells: string, claim: string, front = '') {
  return parseDocument(
    new VFile({
      path: 'paper/index.md',
      value: `---
title: T
${front}---

\`\`\`yaml experiment
id: latency
script: experiments/pause-resume.ts
environments: [xen-4.14, xen-4.17]
trials: 20
${cells}
\`\`\`

\`\`\`yaml claim
${claim}
\`\`\`
`,
    }),
  )
}
