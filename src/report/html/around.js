/**
 * What is around the text for its readers: a link to each place that can be referred to, copies of code,
 * light or dark as the reader likes, and contents that fold in a narrow window, with a way back to them. As
 * reader.js, before which it is put: it makes elements without texts, so that search and selection find the
 * document's only, and the page is complete without them.
 */
;((words) => {
  const find = (selector, within = document) => [...within.querySelectorAll(selector)]
  const make = (name, properties) => Object.assign(document.createElement(name), properties)
  const textOf = (node) => node.textContent.replace(/\s+/g, ' ').trim()

  // --- Light or dark: the rules for the dark hold always or never, whatever the system prefers.

  const darkRule = /\(prefers-color-scheme: dark\)/
  const written = new Map()
  const systemIsDark = matchMedia('(prefers-color-scheme: dark)')
  let scheme = null

  function kept(value) {
    try {
      if (value === undefined) return localStorage.getItem('repro-scheme')
      localStorage.setItem('repro-scheme', value)
    } catch {
      // Some browsers keep nothing for files.
    }
    return null
  }

  const isDark = () => (scheme === null ? systemIsDark.matches : scheme === 'dark')

  function apply() {
    const sheets = [...document.styleSheets, ...document.adoptedStyleSheets]
    for (const rule of sheets.flatMap(({ cssRules }) => [...cssRules])) {
      if (!rule.media || !darkRule.test(written.get(rule) ?? rule.media.mediaText)) continue
      if (!written.has(rule)) written.set(rule, rule.media.mediaText)
      const own = written.get(rule)
      rule.media.mediaText =
        scheme === null ? own : scheme === 'dark' ? own.replace(darkRule, '(min-width: 0)') : 'not all'
    }
    document.documentElement.style.colorScheme = scheme ?? ''
    for (const button of find('button.scheme')) button.ariaPressed = String(isDark())
  }

  function change() {
    scheme = isDark() ? 'light' : 'dark'
    kept(scheme)
    apply()
  }

  const before = kept()
  if (before === 'dark' || before === 'light') scheme = before
  if (scheme !== null) apply()
  systemIsDark.addEventListener('change', apply)

  // --- Copies.

  async function copy(button) {
    const text = button.parentNode.querySelector('code').textContent
    try {
      await navigator.clipboard.writeText(text)
    } catch {
      const field = make('textarea', { value: text, readOnly: true })
      document.body.append(field)
      field.select()
      document.execCommand('copy')
      field.remove()
      button.focus()
    }
    button.ariaLabel = words.copied
    button.classList.add('done')
    setTimeout(() => {
      button.ariaLabel = words.copy
      button.classList.remove('done')
    }, 2000)
  }

  // --- Links to places.

  const labels =
    '.float[id] > .scroll > table > caption strong, figure[id] > figcaption > strong, aside.claim[id] > p:first-child > strong, .equation[id] > .number'

  function addLinks() {
    const link = (id, name) =>
      make('a', {
        href: `#${encodeURIComponent(id)}`,
        ariaLabel: words.linkTo.replace('{}', () => name.replace(/[.:：\s]+$/, '')),
      })
    for (const heading of find('article :is(h2, h3, h4, h5, h6)[id]')) {
      if (heading.querySelector('.anchor')) continue
      const made = link(heading.id, textOf(heading))
      made.className = 'anchor'
      heading.append(made)
    }
    // The label of a figure is its link.
    for (const label of find(labels)) {
      if (label.querySelector('.place')) continue
      const made = link(label.closest('.float, figure[id], aside.claim, .equation').id, textOf(label))
      made.className = 'place'
      made.append(...label.childNodes)
      label.append(made)
    }
  }

  // --- Contents: in a narrow window the title comes first, and what stands before it is folded.

  const narrow = matchMedia('(max-width: 40rem)')
  let isUnfolded = false
  document.documentElement.classList.add('folds')

  function fold() {
    const nav = document.querySelector('nav.contents')
    const heading = nav?.querySelector('h2')
    if (!heading) return
    nav.classList.toggle('unfolded', isUnfolded)
    const button = heading.querySelector('button')
    if (!narrow.matches) return button?.replaceWith(...button.childNodes)
    if (button) return (button.ariaExpanded = String(isUnfolded))
    const made = make('button', { type: 'button', className: 'unfold', ariaExpanded: String(isUnfolded) })
    made.append(...heading.childNodes)
    heading.append(made)
  }

  function unfold(is) {
    isUnfolded = is
    fold()
  }
  narrow.addEventListener('change', fold)

  function begin() {
    addLinks()
    fold()
    // A served page may have taken another style.
    if (scheme !== null) apply()
    for (const pre of find('main pre:not(.rows, .specification)'))
      if (!pre.querySelector('.copy'))
        pre.prepend(make('button', { type: 'button', className: 'copy', ariaLabel: words.copy }))
    const title = document.querySelector('header.title')
    if (title && !title.querySelector('.scheme'))
      title.prepend(
        make('button', {
          ...{ type: 'button', className: 'scheme', title: words.dark },
          ...{ ariaLabel: words.dark, ariaPressed: String(isDark()) },
        }),
      )
    const nav = document.querySelector('nav.contents')
    const heading = nav?.querySelector('h2')
    if (heading && !nav.querySelector('.to-contents'))
      nav.append(make('a', { className: 'to-contents', href: `#${heading.id}`, ariaLabel: words.toContents }))
    follow()
  }

  let isFollowing = false
  function follow() {
    if (isFollowing) return
    isFollowing = true
    requestAnimationFrame(() => {
      isFollowing = false
      const isFar = window.scrollY > 1.5 * window.innerHeight
      document.querySelector('.to-contents')?.classList.toggle('shown', isFar)
    })
  }

  document.addEventListener('click', ({ target }) => {
    const button = target.closest?.('button')
    if (target.closest?.('.to-contents')) unfold(true)
    else if (button?.matches('.unfold')) unfold(!isUnfolded)
    else if (button?.matches('.copy')) copy(button)
    else if (button?.matches('.scheme')) change()
  })
  document.addEventListener('scroll', follow, { passive: true })
  document.addEventListener('DOMContentLoaded', begin)
  document.addEventListener('repro:changed', begin)
})(pageWords)
