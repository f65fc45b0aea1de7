/** Footnotes called by footnotes, each within the one before: no page has room for more, and compilers have no levels for them. */
export const mostNotes = 8

/** What is said of the first that is left out. */
export const deepNote = `more than ${mostNotes} footnotes within each other: what lies deeper is not printed`
