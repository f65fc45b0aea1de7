/**
 * Figures as large as the window, on demand: a button at each drawing and picture opens it in a dialog, where it grows
 * further and scrolls. The browser's own dialog keeps the focus, closes at Escape and gives the focus back. As
 * around.js, before which it is put.
 */
;((words) => {
  const find = (selector, within = document) => [...within.querySelectorAll(selector)]
  const make = (name, properties, ...children) => {
    const made = Object.assign(document.createElement(name), properties)
    made.append(...children)
    return made
  }
  const boxes = '.float :is(.drawing, .picture)'
  const largest = 8

  /** `Figure 4 (b)` */
  function nameOf(box) {
    const around = [box.closest('.float'), box.closest('.parts > figure')]
    const labels = around.flatMap(
      (one) => one?.querySelector(':scope > figcaption > strong, :scope > details > summary > strong') ?? [],
    )
    return labels.map((one) => one.textContent.replace(/[.:：\s]+$/, '')).join(' ')
  }

  function begin() {
    for (const box of find(boxes))
      if (!box.querySelector('.zoom')) {
        const ariaLabel = words.enlarge.replace('{}', () => nameOf(box))
        box.append(make('button', { type: 'button', className: 'zoom', ariaLabel, title: ariaLabel }))
      }
  }

  function show(box) {
    const original = box.querySelector('svg, img')
    const { width, height } = original.getBoundingClientRect()
    const name = nameOf(box)
    const copy = original.cloneNode(true)
    copy.classList.remove('selectable')
    const caption = box.closest('figure').querySelector(':scope > figcaption, :scope > details > summary')
    const text = make('p', { className: 'zoom-caption' }, ...caption.cloneNode(true).childNodes)
    // What is in the dialog twice has neither ids nor links, which would lead behind it.
    for (const one of [copy, ...find('[id]', copy), ...find('[id]', text)]) one.removeAttribute('id')
    for (const link of find('a', text)) link.replaceWith(...link.childNodes)
    const view = make(
      'div',
      { className: 'view', tabIndex: 0, role: 'region', ariaLabel: name },
      make('div', { className: box.matches('.drawing') ? 'drawing' : 'picture' }, copy),
    )
    let scale = 1
    const grow = (factor) => {
      const before = scale
      scale = Math.max(1, Math.min(largest, scale * factor))
      const middle = (at, side) => ((at + side / 2) * scale) / before - side / 2
      const [left, top] = [
        middle(view.scrollLeft, view.clientWidth),
        middle(view.scrollTop, view.clientHeight),
      ]
      // The page's policy forbids style attributes, not what a script sets.
      view.style.setProperty('--scale', scale)
      view.scrollTo({ left, top, behavior: 'instant' })
      smaller.ariaDisabled = String(scale === 1)
      larger.ariaDisabled = String(scale === largest)
    }
    const button = (label, sign, press) => {
      const made = make('button', { type: 'button', ariaLabel: label }, sign)
      made.addEventListener('click', press)
      return made
    }
    const smaller = button(words.smaller, '−', () => grow(1 / 1.5))
    const larger = button(words.larger, '+', () => grow(1.5))
    const close = button(words.close, '×', () => dialog.close())
    const bar = make('div', { className: 'tools' }, smaller, ' ', larger, ' ', close)
    const dialog = make('dialog', { className: 'zoomed repro-own', ariaLabel: name }, bar, view, text)
    view.style.setProperty('--aspect', width / height)
    grow(1)
    dialog.addEventListener('close', () => dialog.remove())
    dialog.addEventListener('keydown', (event) => {
      // The page's own keys act on what is behind.
      event.stopPropagation()
      const factor = { '+': 1.5, '=': 1.5, '-': 1 / 1.5, 0: 0 }[event.key]
      if (factor !== undefined && !event.ctrlKey && !event.metaKey) grow(factor)
    })
    larger.autofocus = true
    document.body.append(dialog)
    dialog.showModal()
  }

  document.addEventListener('click', ({ target }) => {
    const box = target.closest?.(`${boxes} > .zoom, .float .picture > img`)?.parentNode
    if (box) show(box)
  })
  document.addEventListener('DOMContentLoaded', begin)
  document.addEventListener('repro:changed', begin)
})(pageWords)
