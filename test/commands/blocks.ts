/** Blocks of documents, for tests of verify on the command line. */

/** An experiment of the testbed local whose rows are a time in microseconds, an expression. */
export const experiment = (id: string, us: string, trials = 30) => `
\`\`\`ts experiment id=${id} testbed=local trials=${trials}
export const rows = [{ us: ${us} }]
\`\`\`
`

export const claim = (id: string, lines: string) => `
\`\`\`yaml claim
id: ${id}
statement: ${id} holds
scope: method
${lines}
\`\`\`
`
