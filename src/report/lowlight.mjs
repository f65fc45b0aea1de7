// Without the lists of all grammars, which the package has beside this.
export { createLowlight } from 'lowlight'
