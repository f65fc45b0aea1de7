/**
 * Formulas as LaTeX. KaTeX has parsed them, but LaTeX has more commands, and macros could name them. So a formula stays as its author
 * wrote it if it defines nothing and names only commands that KaTeX has and LaTeX has in amsmath, amssymb, bm, cancel, mathrsfs and
 * xcolor; others become pictures.
 */

/** Of KaTeX 0.16 and TeX Live 2022, without those that define, read, write or leave a formula. */
const commands: ReadonlySet<string> = new Set(
  [
    'AA AE And Bbb Bbbk Big Bigg Biggl Biggm Biggr Bigl Bigm Bigr Box Bumpeq Cap Cup DOTSB DOTSI DOTSX Delta',
    'Diamond Doteq Downarrow Finv Game Gamma Huge Im Join LARGE Lambda Large Leftarrow Leftrightarrow',
    'Lleftarrow Longleftarrow Longleftrightarrow Longrightarrow Lsh O OE Omega P Phi Pi Pr Psi Re Rightarrow',
    'Rrightarrow Rsh S Sigma Subset Supset Theta Uparrow Updownarrow Upsilon Vdash Vert Vvdash Xi aa',
    'acute ae aleph allowbreak alpha amalg approx approxeq arccos arcsin arctan arg ast asymp atop',
    'backepsilon backprime backsim backsimeq backslash bar barwedge bcancel because beta beth between bf big',
    'bigcap bigcirc bigcup bigg biggl biggm biggr bigl bigm bigodot bigoplus bigotimes bigr bigsqcup bigstar',
    'bigtriangledown bigtriangleup biguplus bigvee bigwedge binom blacklozenge blacksquare blacktriangle',
    'blacktriangledown blacktriangleleft blacktriangleright bm bmod bold boldsymbol bot bowtie boxdot boxed',
    'boxminus boxplus boxtimes brace brack breve bullet bumpeq cal cancel cap cdot cdotp cdots centerdot',
    'cfrac check checkmark chi choose circ circeq circlearrowleft circlearrowright circledR circledS',
    'circledast circledcirc circleddash clubsuit colon color colorbox complement cong coprod copyright cos',
    'cosh cot coth csc cup curlyeqprec curlyeqsucc curlyvee curlywedge curvearrowleft curvearrowright dag',
    'dagger daleth dashleftarrow dashrightarrow dashv dbinom ddag ddagger ddddot dddot ddot ddots deg delta',
    'det dfrac diagdown diagup diamond diamondsuit digamma dim displaystyle div divideontimes dot doteq',
    'doteqdot dotplus dots dotsb dotsc dotsi dotsm dotso doublebarwedge doublecap doublecup downarrow',
    'downdownarrows downharpoonleft downharpoonright ell emph empty emptyset enskip enspace epsilon eqcirc',
    'eqsim eqslantgtr eqslantless equiv eta eth exists exp fallingdotseq fbox fcolorbox flat footnotesize',
    'forall frac frak frown gamma gcd ge genfrac geq geqq geqslant gets gg ggg gggtr gimel gnapprox gneq',
    'gneqq gnsim grave gtrapprox gtrdot gtreqless gtreqqless gtrless gtrsim gvertneqq hat hbar heartsuit',
    'hline hom hookleftarrow hookrightarrow hphantom hskip hslash hspace huge i iff iiint iint imath',
    'impliedby implies in inf infty injlim int intercal intop iota it j jmath kappa ker kern lVert lambda',
    'land langle large lbrace lbrack lceil ldotp ldots le leadsto left leftarrow leftarrowtail',
    'leftharpoondown leftharpoonup leftleftarrows leftrightarrow leftrightarrows leftrightharpoons',
    'leftrightsquigarrow leftthreetimes leq leqq leqslant lessapprox lessdot lesseqgtr lesseqqgtr lessgtr',
    'lesssim lfloor lg lgroup lhd lim liminf limits limsup ll llcorner lll llless lmoustache ln lnapprox lneq',
    'lneqq lnot lnsim log longleftarrow longleftrightarrow longmapsto longrightarrow looparrowleft',
    'looparrowright lor lozenge lq lrcorner ltimes lvert lvertneqq maltese mapsto mathbb mathbf mathbin',
    'mathcal mathclose mathellipsis mathfrak mathinner mathit mathnormal mathop mathopen mathord mathpunct',
    'mathrel mathring mathrm mathscr mathsf mathsterling mathstrut mathtt max measuredangle medspace mho mid',
    'middle min mkern mod models mp mskip mu multimap nLeftarrow nLeftrightarrow nRightarrow nVDash nVdash',
    'nabla natural ncong ne nearrow neg negmedspace negthickspace negthinspace neq nexists ngeq ngeqq',
    'ngeqslant ngtr ni nleftarrow nleftrightarrow nleq nleqq nleqslant nless nmid nobreak nobreakspace',
    'nolimits nonumber normalsize not notag notin nparallel nprec npreceq nrightarrow nshortmid',
    'nshortparallel nsim nsubseteq nsubseteqq nsucc nsucceq nsupseteq nsupseteqq ntriangleleft',
    'ntrianglelefteq ntriangleright ntrianglerighteq nu nvDash nvdash nwarrow o odot oe oint omega ominus',
    'operatorname operatornamewithlimits oplus oslash otimes over overbrace overleftarrow overleftrightarrow',
    'overline overrightarrow overset owns parallel partial perp phantom phi pi pitchfork pm pmb pmod pod',
    'pounds prec precapprox preccurlyeq preceq precnapprox precneqq precnsim precsim prime prod projlim',
    'propto psi qquad quad rVert rangle rbrace rbrack rceil restriction rfloor rgroup rhd rho right',
    'rightarrow rightarrowtail rightharpoondown rightharpoonup rightleftarrows rightleftharpoons',
    'rightrightarrows rightsquigarrow rightthreetimes risingdotseq rm rmoustache rq rtimes rule rvert',
    'scriptscriptstyle scriptsize scriptstyle searrow sec setminus sf sharp shortmid shortparallel sigma sim',
    'simeq sin sinh small smallfrown smallint smallsetminus smallsmile smash smile space spadesuit',
    'sphericalangle sqcap sqcup sqrt sqsubset sqsubseteq sqsupset sqsupseteq square ss stackrel star subset',
    'subseteq subseteqq subsetneq subsetneqq substack succ succapprox succcurlyeq succeq succnapprox succneqq',
    'succnsim succsim sum sup supset supseteq supseteqq supsetneq supsetneqq surd swarrow tan tanh tau tbinom',
    'text textasciicircum textasciitilde textbackslash textbar textbardbl textbf textbraceleft textbraceright',
    'textcircled textcolor textcopyright textdagger textdaggerdbl textdegree textdollar textellipsis',
    'textemdash textendash textgreater textit textless textmd textnormal textquotedblleft textquotedblright',
    'textquoteleft textquoteright textregistered textrm textsf textsterling textstyle texttt textunderscore',
    'textup tfrac th therefore theta thickapprox thicksim thickspace thinspace tilde times tiny to top',
    'triangle triangledown triangleleft trianglelefteq triangleq triangleright trianglerighteq tt',
    'twoheadleftarrow twoheadrightarrow ulcorner underbar underbrace underleftarrow underleftrightarrow',
    'underline underrightarrow underset unlhd unrhd uparrow updownarrow upharpoonleft upharpoonright uplus',
    'upsilon upuparrows urcorner vDash varDelta varGamma varLambda varOmega varPhi varPi varPsi varSigma',
    'varTheta varUpsilon varXi varepsilon varinjlim varkappa varliminf varlimsup varnothing varphi varpi',
    'varprojlim varpropto varrho varsigma varsubsetneq varsubsetneqq varsupsetneq varsupsetneqq vartheta',
    'vartriangle vartriangleleft vartriangleright vdash vdots vec vee veebar vert vphantom wedge widehat',
    'widetilde wp wr xcancel xi xleftarrow xrightarrow yen zeta',
  ].flatMap((line) => line.split(' ')),
)

const environments: ReadonlySet<string> = new Set(
  [
    'matrix pmatrix bmatrix Bmatrix vmatrix Vmatrix smallmatrix array aligned alignedat gathered cases subarray',
  ].flatMap((line) => line.split(' ')),
)

/** Commands whose argument is text. */
const texts: ReadonlySet<string> = new Set(
  'text textbf textit textmd textnormal textrm textsf texttt textup emph fbox'.split(' '),
)

/** Commands that text may have. */
const inTexts: ReadonlySet<string> = new Set(
  [
    'AA AE O OE P S aa ae o oe ss dag ddag i j pounds copyright quad qquad enspace thinspace space ldots dots',
    'textasciicircum textasciitilde textbackslash textbar textbraceleft textbraceright textdagger textdegree textdollar',
    'textellipsis textemdash textendash textgreater textless textquotedblleft textquotedblright textquoteleft textquoteright',
    'textregistered textsterling textunderscore',
  ].flatMap((line) => line.split(' ')),
)

const colors: ReadonlyMap<string, number> = new Map([
  ['color', 1],
  ['textcolor', 1],
  ['colorbox', 1],
  ['fcolorbox', 2],
])

/** Colours that CSS and xcolor have by the same names, without those that differ. */
const sameColors = /^(?:black|blue|cyan|magenta|red|white|yellow)$/

const sized: ReadonlySet<string> = new Set('rule hspace hskip kern mkern mskip'.split(' '))

/** Of matrices: `MaxMatrixCols` of the preamble. */
export const mostColumns = 200

/** Environments that LaTeX has outside of formulas only, or warns of within, and those that look the same there. */
const within: ReadonlyMap<string, string> = new Map([
  ['align', 'aligned'],
  ['align*', 'aligned'],
  ['alignat', 'alignedat'],
  ['alignat*', 'alignedat'],
  ['split', 'aligned'],
  ['gather', 'gathered'],
  ['gather*', 'gathered'],
])

/** Returns a formula that LaTeX reads as KaTeX does; undefined if that is not sure. */
export function latexFormula(written: string): string | undefined {
  const tex = written.replaceAll(
    /(?<!\\)((?:\\\\)*\\(?:begin|end))\s*\{([a-z]+\*?)\}/g,
    (all, command: string, name: string) => {
      const other = within.get(name)
      return other === undefined ? all : `${command}{${other}}`
    },
  )
  // Characters by number (^^5c is a backslash), and letters that TeX's fonts lack.
  if (/\^\^|[^\t\n\r\x20-\x7e]/.test(tex)) return undefined
  // A matrix of more columns than the preamble sets.
  if (tex.split(/\\\\|\\begin/).some((row) => row.split('&').length > mostColumns)) return undefined
  const token = /\\(?:([A-Za-z]+)|([^]?))/g
  // Comments.
  if (tex.replaceAll(token, '').includes('%')) return undefined
  for (const { 0: whole, 1: name, 2: sign = '', index } of tex.matchAll(token)) {
    const rest = tex.slice(index + whole.length)
    if (name === 'begin' || name === 'end') {
      const [, environment = ''] = /^\s*\{([^{}]*)\}/.exec(rest) ?? []
      if (!environments.has(environment)) return undefined
    } else if (name === undefined ? !/^[,:;!>{}|_%&#$\\\s]$/.test(sign) : !commands.has(name))
      return undefined
    if (!isArgumentSure(name ?? sign, rest)) return undefined
  }
  // An empty line would end the formula.
  return tex.trim().replaceAll(/\n\s*\n/g, '\n')
}

/** Whether the arguments of a command, which `rest` begins with, are such as LaTeX takes too. */
function isArgumentSure(name: string, rest: string): boolean {
  const count = colors.get(name)
  if (count !== undefined) {
    const named = Array.from({ length: count }, () => String.raw`\s*\{\s*([a-z]+)\s*\}`).join('')
    const found = new RegExp(`^${named}`).exec(rest)
    return found?.slice(1).every((one) => sameColors.test(one)) ?? false
  }
  if (name === '\\')
    return !/^\s*\*/.test(rest) && (!/^\s*\[/.test(rest) || isSmall(/^\s*\[([^\]]*)\]/.exec(rest)?.[1]))
  if (name === 'rule') {
    const [, raised, width, height] = /^\s*(?:\[([^\]]*)\])?\s*\{([^{}]*)\}\s*\{([^{}]*)\}/.exec(rest) ?? []
    return (raised === undefined || isSmall(raised)) && isSmall(width) && isSmall(height)
  }
  if (name === 'genfrac' || name === 'cfrac') return name === 'cfrac' && !/^\s*\[/.test(rest)
  if (sized.has(name)) return isSmall(/^\s*\{?\s*([-+]?[\d.]*\s*[a-z]*)/.exec(rest)?.[1])
  if (!texts.has(name)) return true
  const inside = argument(rest)
  // Mathematics within text, and commands of mathematics, are read in another way.
  if (inside === undefined || /(?<!\\)[$_^&]/.test(inside)) return false
  return [...inside.matchAll(/\\(?:([A-Za-z]+)|([^]?))/g)].every(([, word, sign = '']) =>
    word === undefined ? /^[,{}_%&#$ ]$/.test(sign) : inTexts.has(word) || texts.has(word),
  )
}

/** Whether a size is none that TeX could not have on a page; KaTeX cuts larger ones. */
function isSmall(size: string | undefined): boolean {
  const [, number, unit = ''] =
    /^\s*[-+]?\s*(\d*\.?\d*)\s*(em|ex|mu|pt|mm|cm|in|bp|pc|dd|cc|sp)\s*$/.exec(size ?? '') ?? []
  const most: Readonly<Record<string, number>> = { em: 20, ex: 40, mu: 360, mm: 70, cm: 7, in: 2.8, pc: 16 }
  return number !== undefined && number !== '' && Number(number) <= (most[unit] ?? 200)
}

/** Returns what stands in the braces that a text begins with. */
function argument(rest: string): string | undefined {
  const start = /^\s*\{/.exec(rest)?.[0].length
  if (start === undefined) return undefined
  let depth = 1
  for (let at = start; at < rest.length; at += 1) {
    if (rest[at] === '\\') at += 1
    else if (rest[at] === '{') depth += 1
    else if (rest[at] === '}' && (depth -= 1) === 0) return rest.slice(start, at)
  }
  return undefined
}

/**
 * Returns the lines of a formula that is `aligned` or `gathered` as a whole: what stands before the point where they meet, and
 * behind it. Undefined for all others.
 *
 * @param tex what `latexFormula` returned
 */
export function formulaLines(tex: string): readonly (readonly [string, string])[] | undefined {
  const [, name, body] = /^\\begin\{(aligned|gathered)\}([^]*)\\end\{\1\}$/.exec(tex.trim()) ?? []
  const lines = body === undefined ? undefined : cells(body)
  return lines?.flatMap((line) =>
    name === 'gathered'
      ? line.map((cell) => ['', cell] as const)
      : line.flatMap((cell, index) => (index % 2 === 0 ? [[cell, line[index + 1] ?? ''] as const] : [])),
  )
}

/** Splits the inside of a table at `\\` and `&` that are its own; undefined if it ends before the text does. */
function cells(body: string): readonly (readonly string[])[] | undefined {
  const lines: string[][] = [['']]
  let depth = 0
  for (const [token] of body.matchAll(/\\(?:begin|end)(?![A-Za-z])|\\\\(?:\s*\[[^\]]*\])?|\\[^]|[^\\]/g)) {
    if (depth === 0 && token.startsWith('\\\\')) lines.push([''])
    else if (depth === 0 && token === '&') lines.at(-1)?.push('')
    else {
      if (token === '{' || token === '\\begin') depth += 1
      if (token === '}' || token === '\\end') depth -= 1
      if (depth < 0) return undefined
      const line = lines.at(-1) ?? []
      line.push(`${line.pop() ?? ''}${token}`)
    }
  }
  const trimmed = lines.map((line) => line.map((cell) => cell.trim()))
  return trimmed.filter((line, index) => index < trimmed.length - 1 || line.some((cell) => cell !== ''))
}
