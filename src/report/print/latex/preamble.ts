/** The look of reports in LaTeX: a class of two columns, packages that TeX Live has, and a few commands for what papers lack. */

import type { Messages } from '../../../locale/en.ts'
import type { PrintOptions } from '../../model.ts'
import { isEastAsian } from '../fonts.ts'
import { gutter, margins } from '../measures.ts'
import { fallbackFonts } from './fallback.ts'
import { mostColumns } from './formula.ts'
import { hyphenation } from './hyphenation.ts'

export interface Settings {
  readonly lang: string
  /** In LaTeX. */
  readonly title: string
  readonly print: PrintOptions
  readonly hasNumbers: boolean
  /** How many figures and tables there are, which may all wait for their pages. */
  readonly floats: number
  /** Whether a text has East Asian letters, which LuaLaTeX sets. */
  readonly hasEastAsian: boolean
  /** Whether a text has other letters that pdfTeX has no fonts for. */
  readonly hasOthers: boolean
  /** Signs that East Asian fonts lack, though LuaTeX-ja takes them for theirs. */
  readonly foreignSigns: readonly string[]
  /** Fonts in place of those of Japanese, if these lack letters. */
  readonly asianFonts: string
}

/** Name of BibTeX's style that goes with the class: numbers in the order of citation. */
export function bibliographyStyle({ lang, print }: Pick<Settings, 'lang' | 'print'>): string {
  return print.columns === 2 && !isEastAsian(lang) ? 'IEEEtran' : 'unsrt'
}

export function preamble(
  { lang, title, print, hasNumbers, floats, hasEastAsian, hasOthers, foreignSigns, asianFonts }: Settings,
  messages: Messages,
  escape: (text: string) => string,
): string {
  const isJapanese = isEastAsian(lang)
  const isTwo = print.columns === 2
  const { x, top, bottom } = margins(print)
  const paper = print.paper === 'a4' ? 'a4paper' : 'letterpaper'
  const program = hasEastAsian || hasOthers ? 'lualatex' : 'pdflatex'
  const documentClass = isJapanese
    ? `\\documentclass[${paper},10pt${isTwo ? ',twocolumn' : ''}]{ltjsarticle}`
    : isTwo
      ? `\\documentclass[10pt,conference,${paper}]{IEEEtran}`
      : `\\documentclass[11pt,${paper}]{article}`
  return String.raw`% !TEX program = ${program}
% Made by repro. To make a PDF: latexmk -${program === 'lualatex' ? program : 'pdf'} -jobname=OTHER-NAME THIS-FILE
${documentClass}
\usepackage{iftex}
\ifluatex\pdfvariable minorversion=7\else\pdfminorversion=7\fi
\ifluatex
  \usepackage[no-math]{fontspec}
${hasEastAsian && !isJapanese ? '  \\usepackage{luatexja}\n' : ''}${asianFonts}${hasEastAsian && hasOthers ? `  \\ltjsetparameter{jacharrange={-2}}\n${foreignRange(foreignSigns)}` : ''}${hasOthers ? fallbackFonts : ''}\else
  \usepackage[utf8]{inputenc}
  \usepackage[T1]{fontenc}
  \usepackage{textcomp}
  \usepackage{lmodern}
${isTwo && !isJapanese ? times : ''}\fi
${hasOthers ? '' : '\\ifluatex\\renewcommand{\\rmdefault}{lmr}\\renewcommand{\\sfdefault}{lmss}\\renewcommand{\\ttdefault}{lmtt}\\fi\n'}${isTwo && !isJapanese ? '' : `\\usepackage[left=${x}bp,right=${x}bp,top=${top}bp,bottom=${bottom}bp,columnsep=${gutter}bp]{geometry}\n`}${hyphenation(lang)}\usepackage{amsmath,amssymb,bm,cancel,mathrsfs}
\setcounter{MaxMatrixCols}{${mostColumns}}
\usepackage{graphicx,xcolor,booktabs,multirow,longtable,xtab,array,pdflscape,adjustbox,calc}
${isJapanese ? '' : '\\usepackage{microtype}\n'}\usepackage[hidelinks,unicode,psdextra,pdftitle={${title}}]{hyperref}
\hypersetup{colorlinks,linkcolor=reprolink,citecolor=reprolink,urlcolor=reprolink}
${hasNumbers ? '\\renewcommand{\\thesection}{\\arabic{section}}\\renewcommand{\\thesubsection}{\\thesection.\\arabic{subsection}}\\renewcommand{\\thesubsubsection}{\\thesubsection.\\arabic{subsubsection}}\\makeatletter\\@ifundefined{thesectiondis}{}{\\def\\thesectiondis{\\thesection}\\def\\thesubsectiondis{\\thesubsection}\\def\\thesubsubsectiondis{\\thesubsubsection}}\\makeatother\n' : ''}\definecolor{reprolink}{HTML}{0B4A7D}
\definecolor{reprowrong}{HTML}{A3140C}
\definecolor{reproorigin}{HTML}{555555}
\definecolor{repronote}{HTML}{0B4A7D}
\definecolor{reprotip}{HTML}{1D5E2B}
\definecolor{reproimportant}{HTML}{6A2C91}
\definecolor{reprowarning}{HTML}{8A5A00}
\definecolor{reprocaution}{HTML}{A3140C}
\definecolor{reproreproduced}{HTML}{1D5E2B}
\definecolor{repronotreproduced}{HTML}{A3140C}
\definecolor{reproinconclusive}{HTML}{8A5A00}
\definecolor{repronottestable}{HTML}{5C5C5C}
\definecolor{repronotrun}{HTML}{5C5C5C}
\definecolor{reprokeyword}{HTML}{7A1F5C}
\definecolor{reprostring}{HTML}{1D5E2B}
\definecolor{reprocomment}{HTML}{5C5C5C}
\definecolor{repronumber}{HTML}{0B4A7D}
\definecolor{reproname}{HTML}{0B4A7D}
\definecolor{reprotype}{HTML}{7A4A00}
\definecolor{reproadded}{HTML}{1D5E2B}
\definecolor{reproremoved}{HTML}{A3140C}
\providecommand{\reproeuro}{\texteuro}
% Where numbers come from.
\DeclareRobustCommand{\reproorigin}[1]{\,\textsuperscript{\tiny\textcolor{reproorigin}{#1}}}
\newcommand{\reprobadge}[1]{\textcolor{reproorigin}{\footnotesize[#1]}}
\DeclareRobustCommand{\repromissing}[1]{\textcolor{reprowrong}{\emph{#1}}}
\DeclareRobustCommand{\reprogone}[1]{\leavevmode\rlap{\rule[0.5ex]{\widthof{#1}}{0.4pt}}#1}
\makeatletter
\DeclareRobustCommand{\reproref}[2]{\@ifundefined{r@#1}{#2}{\hyperref[#1]{#2}}}
\makeatother
% A line may end here, and be short then.
\DeclareRobustCommand{\reprobreak}{\nobreak\hskip 0pt plus 0.4\linewidth\penalty100\hskip 0pt plus -0.4\linewidth\relax}
% A word as it is hyphenated if all its parts have room in a line, or else in other parts.
\newbox\repropart
\newdimen\reprowidest
\newcommand{\repromeasure}[1]{\global\reprowidest=0pt\setbox\repropart\vbox{\hsize=0pt\leftskip=0pt\rightskip=0pt plus 1fil\parindent=0pt
  \pretolerance=-1\tolerance=10000\hyphenpenalty=0\emergencystretch=0pt\hbadness=10000\hfuzz=\maxdimen\noindent\hskip0pt\relax #1\par
  \loop\setbox\repropart\lastbox\unless\ifvoid\repropart\setbox\repropart\hbox{\unhbox\repropart}%
    \ifdim\wd\repropart>\reprowidest\global\reprowidest=\wd\repropart\fi\unskip\unpenalty\repeat}}
\DeclareRobustCommand{\reproword}[2]{\leavevmode\repromeasure{#1}\ifdim\reprowidest>\linewidth #2\else\nobreak\hskip0pt\relax #1\fi}
% The end of a line, also of one without words; a blank where there are no lines.
\DeclareRobustCommand{\reproend}{\ifvmode\leavevmode\newline\else\ifinner\space\else\newline\fi\fi}
% Outlines have words only.
\pdfstringdefDisableCommands{\def\ensuremath#1{#1}\def\reprobreak{}\def\reproeuro{\texteuro}\def\reproword#1#2{#1}\def\reproend{ }\def\reproorigin#1{ (#1)}\def\reprogone#1{#1}\def\repromissing#1{#1}\def\reproshrink#1{#1}\def\reproref#1#2{#2}}
% No wider than there is room.
\DeclareRobustCommand{\reproshrink}[1]{\adjustbox{max width=\linewidth}{#1}}
% The room for a formula beside its number, with the blank that TeX wants there.
\newlength{\reproroom}
\newcommand{\reprosetroom}[1]{\settowidth{\reproroom}{#1}\ifdim\reproroom>0pt\advance\reproroom by 1.2em\fi\setlength{\reproroom}{\linewidth-\reproroom}}
\newcommand{\reprofit}[2][]{\reprosetroom{#1}\adjustbox{max width=\reproroom}{$\displaystyle\begin{aligned}#2\end{aligned}$}}
% One that would be too small to read goes on in the next line.
\newlength{\reproformulawidth}
\newcommand{\reproformula}[2][]{\reprosetroom{#1}\settowidth{\reproformulawidth}{$\displaystyle #2$}\ifdim 0.8\reproformulawidth>\reproroom\reprobroken{\noindent$\displaystyle #2$}\else\reprofit[#1]{#2}\fi}
\newcommand{\reprobroken}[1]{\parbox{\reproroom}{\raggedright\lineskiplimit=3pt\lineskip=3pt #1}}
% Lines that meet at a point: each with what stands before it, and behind it.
\newlength{\reproleft}
\newlength{\reproone}
\newcommand{\reprorow}[2]{}
\newcommand{\reprorowleft}[2]{\settowidth{\reproone}{$\displaystyle #1$}\ifdim\reproone>\reproleft\reproleft=\reproone\fi}
\newcommand{\reprorowhanging}[2]{\par\hangindent=\dimexpr\reproleft+1.5em\relax\hangafter=1\noindent\hbox to \reproleft{\hss$\displaystyle #1$}$\displaystyle{}#2$}
\newcommand{\reprorowplain}[2]{\par\hangindent=2em\hangafter=1\noindent$\displaystyle #1{}#2$}
\newcommand{\reproaligned}[3][]{\reprosetroom{#1}\settowidth{\reproformulawidth}{$\displaystyle #2$}\ifdim 0.8\reproformulawidth>\reproroom
  \reproleft=0pt\let\reprorow\reprorowleft #3\ifdim\reproleft<0.4\reproroom\let\reprorow\reprorowhanging\else\let\reprorow\reprorowplain\fi
  \reprobroken{#3}\else\reprofit[#1]{#2}\fi}
% Names and affiliations, which classes write in one line each.
\newlength{\reproauthorwidth}
\newcommand{\reproauthor}[1]{\settowidth{\reproauthorwidth}{#1}\ifdim\reproauthorwidth>0.6\textwidth\parbox{0.6\textwidth}{\centering #1}\else\enspace#1\enspace\fi}
\newenvironment{repronotes}{\par\vspace{2pt}\noindent\begin{minipage}{\linewidth}\scriptsize\raggedright}{\end{minipage}\par}
\newenvironment{reprobanner}{\par\noindent\rule{\linewidth}{0.4pt}\par\nobreak\footnotesize\raggedright\setlength{\parindent}{0pt}}{\par\nobreak\noindent\rule{\linewidth}{0.4pt}\par\medskip}
\newcommand{\reproasidecolor}{black}
\newenvironment{reproaside}[1]{\par\medskip\renewcommand{\reproasidecolor}{#1}\setlength{\parindent}{0pt}\noindent\textcolor{#1}{\rule{\linewidth}{0.8pt}}\par\nobreak}{\par\nobreak\noindent\textcolor{\reproasidecolor}{\rule{\linewidth}{0.4pt}}\par\medskip}
\newenvironment{reprofacts}{\par\footnotesize\raggedright}{\par}
\newcommand{\reprofact}[2]{\hangindent=1em\hangafter=1\noindent\textcolor{reproorigin}{#1}\enspace #2\par}
\newenvironment{reproexperiment}{\par\smallskip\footnotesize\noindent\color{reproorigin}\raggedright}{\par\smallskip}
\newenvironment{reprocode}{\par\smallskip\raggedright\ttfamily\scriptsize\setlength{\parskip}{0pt}}{\par\smallskip}
% An arrow before what goes on in a further line; lines that belong together stay on one page.
\newcount\reprolines
\newcommand{\reproturn}{\hbox to 0pt{\kern0.4em\textcolor{reproorigin}{$\hookrightarrow$}\hss}}
\newcommand{\reproline}[1]{\par{\interlinepenalty=10000\noindent\hangindent=2em\hangafter=1\strut #1\strut\par}\reprolines=\prevgraf
  \ifnum\reprolines>1\reproturns\fi}
\newcommand{\reproturns}{\edef\reprodepth{\the\prevdepth}\nobreak\nointerlineskip
  \vbox to 0pt{\vss\loop\reproturn\advance\reprolines by -1 \ifnum\reprolines>1\repeat\kern\reprodepth}\prevdepth=\reprodepth\relax}
% What stands deeper than LaTeX's lists go.
\newenvironment{reprodeep}{\par\ifdim\leftskip<8em\advance\leftskip by 1em\fi}{\par}
\newcommand{\reproitem}[1]{\par\noindent\hspace*{-1em}\makebox[1em][l]{#1}\ignorespaces}
% A figure or table within a note, where nothing floats.
\makeatletter
\newenvironment{reprofixed}[1]{\par\medskip\noindent\begin{minipage}{\linewidth}\def\@captype{#1}\centering}{\end{minipage}\par\medskip}
\makeatother
% A heading of the fourth level and deeper, on a line of its own.
\makeatletter
\newcommand{\reproheading}[1]{\par\addvspace{1.5ex}\noindent\textit{#1}\par\nobreak\@afterheading}
\makeatother
\newcommand{\reprochecked}{\rlap{\kern0.08em\raisebox{0.12em}{$\checkmark$}}$\square$}
% Figures and tables may all wait for a page: TeX has room for 52, and gives up after 100 tries.
\extrafloats{${floats}}
\maxdeadcycles=${100 + 10 * floats}
\emergencystretch=2em
\raggedbottom
\setlength{\LTcapwidth}{\linewidth}
${hasNumbers ? '' : '\\setcounter{secnumdepth}{0}\n'}\renewcommand{\refname}{${escape(messages.references.title)}}
\begin{document}
`
}

/** Times for pdfTeX; its sign of the euro is a bitmap, which nobody can copy, and another font has a better one. */
const times = String.raw`  \renewcommand{\rmdefault}{ptm}
  \makeatletter\def\reprotimes{ptm}
  \DeclareRobustCommand{\reproeuro}{{\ifx\f@family\reprotimes\fontfamily{lmr}\selectfont\fi\texteuro}}\makeatother
`

/** A range of LuaTeX-ja, by number, which are set as Latin letters are. */
function foreignRange(signs: readonly string[]): string {
  if (signs.length === 0) return ''
  const codes = signs.map((one) => `"${(one.codePointAt(0) ?? 0).toString(16).toUpperCase()}`)
  return `  \\ltjdefcharrange{20}{${codes.join(',')}}\\ltjsetparameter{jacharrange={-20}}\n`
}
