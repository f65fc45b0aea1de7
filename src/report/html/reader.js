/**
 * What a page can do beyond showing itself, for those whose browser runs scripts: sorts tables, previews what
 * a link leads to, follows the reader in the contents, shows the data of figures as tables and gives them as
 * files. Without it the page is complete. It makes elements, and never reads text as HTML; its listeners are
 * on the document, so that it survives the exchange of parts of the page (`repro serve` sends
 * `repro:changed`). `pageWords` is put before it, in the page's language (`reader` in src/locale/).
 */
;((words) => {
  const find = (selector, within = document) => [...within.querySelectorAll(selector)]
  const make = (name, properties = {}, ...children) => {
    const made = Object.assign(document.createElement(name), properties)
    made.append(...children)
    return made
  }
  const say = (text, name) => text.replace('{}', () => name)
  const textOf = (node) => node.textContent.replace(/\s+/g, ' ').trim()

  // --- Sorting: a button in each head of a column; a third press restores the order of the page.

  const collator = new Intl.Collator(document.documentElement.lang, { numeric: true })
  const originals = new WeakMap()

  /** Cells of a head or a body by row and column; one that spans several is at each of them. */
  function gridOf(rows) {
    const grid = rows.map(() => [])
    for (const [at, row] of rows.entries()) {
      let column = 0
      for (const cell of row.cells) {
        while (grid[at][column]) column += 1
        for (const line of grid.slice(at, at + cell.rowSpan))
          for (let right = 0; right < cell.colSpan; right += 1) line[column + right] = cell
      }
    }
    return grid
  }

  /** Heads of columns, if each body cell belongs to exactly one column. */
  function columnHeads(table) {
    const rows = find(':scope > thead > tr', table)
    const cells = find(':scope > tbody > tr:not(.group) > *', table)
    if (rows.length === 0 || cells.some((cell) => cell.colSpan > 1)) return []
    return gridOf(rows).at(-1)
  }

  function makeSortable(table) {
    if (table.dataset.sortable) return
    const bodies = [...table.tBodies]
    table.dataset.sortable = 'no'
    if (!bodies.some((body) => find(':scope > tr:not(.group)', body).length > 1)) return
    for (const [column, head] of columnHeads(table).entries()) {
      if (!head || head.colSpan > 1 || textOf(head) === '') continue
      table.dataset.sortable = 'yes'
      const button = make('button', { type: 'button', className: 'sort' })
      button.append(...head.childNodes)
      button.dataset.column = column
      head.append(button)
    }
  }

  function sortBy(button) {
    const head = button.closest('th')
    const table = head.closest('table')
    const next = { none: 'ascending', ascending: 'descending', descending: 'none' }[head.ariaSort ?? 'none']
    for (const one of find('th[aria-sort]', table)) one.removeAttribute('aria-sort')
    if (next !== 'none') head.setAttribute('aria-sort', next)
    const sign = next === 'descending' ? -1 : 1
    const sections = [...table.tBodies].map((body) => {
      const rows = find(':scope > tr:not(.group)', body)
      if (!originals.has(body)) originals.set(body, rows)
      return { body, rows: originals.get(body).filter((row) => row.parentNode === body) }
    })
    if (next === 'none') {
      for (const { body, rows } of sections) {
        body.append(...rows)
        join(rows)
      }
      return
    }
    for (const { rows } of sections) split(rows)
    const cellOf = (row) => row.cells[button.dataset.column] ?? row
    const keyed = withKeys(
      sections.flatMap(({ rows }) => rows.map((row) => ({ row, text: plainText(cellOf(row)) }))),
    )
    for (const { body, rows } of sections) {
      const own = keyed.filter(({ row }) => rows.includes(row))
      body.append(...own.sort((a, b) => compare(a, b, sign)).map(({ row }) => row))
    }
  }

  /**
   * Gives each row a cell of its own for one that spans it, as rows leave each other when they are sorted.
   */
  function split(rows) {
    const width = Math.max(...rows.map((row) => row.cells.length))
    for (let column = 0; column < width; column += 1)
      for (const [at, row] of rows.entries()) {
        const cell = row.cells[column]
        if (!cell || cell.rowSpan < 2) continue
        cell.dataset.span = cell.rowSpan
        for (const below of rows.slice(at + 1, at + cell.rowSpan)) {
          const copy = cell.cloneNode(true)
          copy.rowSpan = 1
          copy.removeAttribute('id')
          copy.dataset.copy = ''
          below.insertBefore(copy, below.cells[column] ?? null)
        }
        cell.rowSpan = 1
        if (cell.scope === 'rowgroup') cell.scope = 'row'
      }
  }

  function join(rows) {
    for (const row of rows)
      for (const cell of [...row.cells]) {
        if (cell.dataset.copy !== undefined) cell.remove()
        else if (cell.dataset.span) {
          cell.rowSpan = cell.dataset.span
          if (cell.scope === 'row') cell.scope = 'rowgroup'
        }
      }
  }

  /** Without what stands small beside it. */
  function plainText(cell) {
    const copy = cell.cloneNode(true)
    for (const mark of find('.badge, sup', copy)) mark.remove()
    return textOf(copy)
  }

  const isEmpty = ({ text }) => /^[-–—−]?$/.test(text)

  /** Cells without a value come last in both directions, those that are not numbers behind numbers. */
  function compare(a, b, sign) {
    if (isEmpty(a) || isEmpty(b)) return isEmpty(a) - isEmpty(b)
    const [isWord, isOtherWord] = [a.number === undefined, b.number === undefined]
    if (isWord !== isOtherWord) return sign * (isWord - isOtherWord)
    return sign * (isWord ? collator.compare(a.text, b.text) : a.number - b.number)
  }

  /**
   * Adds the numbers by which cells of a column are sorted, if all cells that begin with a digit are numbers
   * in units of one kind. Dates, times, versions and ranges are none: they are sorted as texts, with numeric
   * collation.
   */
  function withKeys(cells) {
    const filled = cells.filter((cell) => !isEmpty(cell))
    const found = new Map(filled.map((cell) => [cell, quantityIn(cell.text)]))
    const isOther = (cell) => /^[^\p{L}]*\d/u.test(cell.text) && found.get(cell) === undefined
    const kinds = new Set(
      [...found.values()].filter((one) => one && one.number !== 0).map(({ kind }) => kind),
    )
    if (kinds.size > 1 || filled.some(isOther)) return cells
    return cells.map((cell) => ({ ...cell, number: found.get(cell)?.number }))
  }

  const digits = String.raw`\d{1,3}(?:[ ,]\d{3})+(?:\.\d+)?|\d*\.?\d+`
  const unit = String.raw`[^\d\s()[\]±.,;:/–−-][^\d()[\]±,;:–−]*?`
  const spread = String.raw`±[^()[\]]*|\([^()]*\d[^()]*\)|\[[^[\]]*\d[^[\]]*\]`
  const quantity = new RegExp(
    String.raw`^[<>≤≥≈~]? ?(?<sign>[-−+]?) ?\p{Sc}?(?<digits>${digits})(?<power>e[-+−]?\d+)?(?: ?(?<unit>${unit}))??(?: ?(?:${spread}))?(?: ?(?<last>${unit}))?[*†‡]*$`,
    'iu',
  )
  const scales = new Map(
    Object.entries({
      s: { ns: 1e-9, us: 1e-6, µs: 1e-6, μs: 1e-6, ms: 1e-3, s: 1, min: 60, h: 3600 },
      B: {
        B: 1,
        kB: 1e3,
        KB: 1e3,
        MB: 1e6,
        GB: 1e9,
        TB: 1e12,
        KiB: 2 ** 10,
        MiB: 2 ** 20,
        GiB: 2 ** 30,
        TiB: 2 ** 40,
      },
      bit: { bit: 1, kbit: 1e3, Mbit: 1e6, Gbit: 1e9 },
      Hz: { mHz: 1e-3, Hz: 1, kHz: 1e3, MHz: 1e6, GHz: 1e9 },
      W: { µW: 1e-6, mW: 1e-3, W: 1, kW: 1e3, MW: 1e6 },
    }).flatMap(([kind, units]) => Object.entries(units).map(([name, scale]) => [name, { kind, scale }])),
  )

  /**
   * Number and kind of unit of a text that is only a number, perhaps with a spread and a unit; else
   * undefined.
   */
  function quantityIn(text) {
    if (text.length > 80) return undefined
    const { sign, digits, power = '', unit, last } = quantity.exec(text)?.groups ?? {}
    if (digits === undefined || (unit && last)) return undefined
    const written = `${sign}${digits.replace(/[ ,]/g, '')}${power}`.replaceAll('−', '-')
    const [, name, per] = /^([^/]*)(.*)$/.exec(unit ?? last ?? '')
    const { kind, scale } = scales.get(name.trim()) ?? { kind: name.trim(), scale: 1 }
    return { number: Number(written) * scale, kind: kind + per }
  }

  // --- Previews of what links in the page lead to.

  const card = make('div', { className: 'preview repro-own', hidden: true })
  card.setAttribute('aria-hidden', 'true')
  let asked
  let shownFor
  /** The link that the keyboard is at: what scrolls it takes its preview along. */
  let reached

  function targetOf(link) {
    const id = decodeURIComponent(link.hash.slice(1))
    const target = id === '' ? null : document.getElementById(id)
    if (!target || target.contains(link) || link.closest('nav, .skip, .preview')) return null
    return target
  }

  function hasContent(target) {
    return target.matches(
      '.float, .drawing, aside, figure, .equation, li, details, h2, h3, h4, h5, h6, .number',
    )
  }

  function previewOf(target) {
    const source = target.matches('.drawing') ? (target.closest('figure') ?? target) : target
    const parts = [source]
    // A section: its first paragraph.
    if (/^H[2-6]$/.test(source.tagName)) {
      let next = source.nextElementSibling
      while (next && !/^(?:P|UL|OL|DIV|H[2-6])$/.test(next.tagName)) next = next.nextElementSibling
      if (next?.tagName === 'P') parts.push(next)
    }
    return parts.map((part) => {
      const copy = part.cloneNode(true)
      for (const one of find(
        'details.drawn, details.detail, .tools, .brush, .anchor, .copy, [data-footnote-backref]',
        copy,
      ))
        one.remove()
      for (const one of find('details', copy)) one.open = true
      for (const one of [copy, ...find('*', copy)])
        for (const name of ['id', 'tabindex', 'href', 'role', 'aria-sort']) one.removeAttribute(name)
      for (const one of find('button', copy)) one.replaceWith(...one.childNodes)
      if (copy.tagName !== 'LI') return copy
      return make('div', {}, ...copy.childNodes)
    })
  }

  function isInSight({ top, bottom }) {
    return top >= 0 && bottom <= window.innerHeight
  }

  const placeOf = (link) => link.getClientRects()[0] ?? link.getBoundingClientRect()

  function showPreview(link) {
    const target = targetOf(link)
    const isWanted =
      link.isConnected &&
      target &&
      hasContent(target) &&
      !isInSight(target.getBoundingClientRect()) &&
      isInSight(placeOf(link))
    if (!isWanted) return hidePreview()
    if (shownFor !== link) {
      shownFor = link
      card.replaceChildren(...previewOf(target))
    }
    if (!card.isConnected) document.body.append(card)
    card.hidden = false
    const at = placeOf(link)
    const { width, height } = card.getBoundingClientRect()
    const left = Math.max(8, Math.min(at.left, document.documentElement.clientWidth - width - 8))
    const below = at.bottom + 6
    const top = below + height <= window.innerHeight || at.top < height + 6 ? below : at.top - height - 6
    // The page's policy forbids style attributes, not what a script sets.
    card.style.left = `${left}px`
    card.style.top = `${top}px`
  }

  function hidePreview() {
    clearTimeout(asked)
    shownFor = undefined
    card.hidden = true
  }

  const linkAt = (node) => node.closest?.('a[href^="#"]')

  document.addEventListener('pointerover', (event) => {
    showTip(event)
    if (event.pointerType === 'touch') return
    if (card.contains(event.target)) return clearTimeout(asked)
    const link = linkAt(event.target)
    if (link && link === shownFor) return clearTimeout(asked)
    clearTimeout(asked)
    if (link) asked = setTimeout(showPreview, 250, link)
    else if (shownFor) asked = setTimeout(hidePreview, 300)
  })
  const leaveLink = () => {
    reached = undefined
    hidePreview()
  }
  document.addEventListener('focusin', ({ target }) => {
    leaveLink()
    if (!target.matches(':focus-visible') || !linkAt(target)) return
    reached = target
    showPreview(target)
  })
  document.addEventListener('focusout', leaveLink)
  document.addEventListener('keydown', ({ key }) => {
    if (key !== 'Escape') return
    leaveLink()
    hideTip()
    selectAll()
  })
  document.addEventListener(
    'scroll',
    ({ target }) => {
      if (card.contains(target)) return
      if (reached) showPreview(reached)
      else hidePreview()
      hideTip()
      follow()
    },
    { capture: true, passive: true },
  )

  // --- Values of marks.

  const tip = make('div', { className: 'tip repro-own', hidden: true })
  tip.setAttribute('aria-hidden', 'true')

  /** Names and values of a mark (tips.ts); `#2` is the third of the texts that its drawing's marks share. */
  function tipOf(mark) {
    const shared = mark.closest('svg').dataset.tips?.split('\n') ?? []
    const whole = (text) => (text.startsWith('#') ? shared[text.slice(1)] : text)
    return mark.dataset.tip.split('\n').map((part) => part.split('\t').map(whole))
  }

  /**
   * Of marks that lie over each other, the one whose middle is nearest: the last drawn may hide all others.
   */
  function markAt({ target, clientX, clientY }) {
    if (!target.closest?.('svg')) return undefined
    const distance = (mark) => {
      const { left, right, top, bottom } = mark.getBoundingClientRect()
      return Math.hypot((left + right) / 2 - clientX, (top + bottom) / 2 - clientY)
    }
    const under = document.elementsFromPoint(clientX, clientY).filter((one) => one.dataset?.tip)
    if (target.dataset.tip && !under.includes(target)) return target
    const distances = under.map(distance)
    return under[distances.indexOf(Math.min(...distances))]
  }

  let tipFor
  function showTip(event) {
    const mark = markAt(event)
    if (!mark) return hideTip()
    if (mark === tipFor) return
    tipFor = mark
    const { clientX, clientY } = event
    tip.replaceChildren(...tipOf(mark).map((part) => make('div', {}, part.join(': '))))
    // A dialog is above the rest of the page.
    ;(mark.closest('dialog') ?? document.body).append(tip)
    tip.hidden = false
    const { width, height } = tip.getBoundingClientRect()
    tip.style.left = `${Math.max(4, Math.min(clientX + 12, document.documentElement.clientWidth - width - 4))}px`
    tip.style.top = `${clientY + 16 + height < window.innerHeight ? clientY + 16 : clientY - height - 10}px`
  }

  function hideTip() {
    tipFor = undefined
    tip.hidden = true
  }

  // Within a mark another one's middle may come nearer.
  document.addEventListener('pointermove', (event) => {
    if (tipFor) showTip(event)
  })

  // --- The contents follow the reader.

  let isFollowing = false
  function follow() {
    if (isFollowing) return
    isFollowing = true
    requestAnimationFrame(() => {
      isFollowing = false
      const links = find('nav.contents li a')
      let current
      for (const link of links) {
        const heading = document.getElementById(decodeURIComponent(link.hash.slice(1)))
        if (heading && heading.getBoundingClientRect().top < window.innerHeight / 4) current = link
      }
      const before = document.querySelector('nav.contents a[aria-current]')
      if (before === (current ?? null)) return
      before?.removeAttribute('aria-current')
      if (!current) return
      current.setAttribute('aria-current', 'true')
      const nav = current.closest('nav')
      if (nav.scrollHeight <= nav.clientHeight) return
      const [own, around] = [current.getBoundingClientRect(), nav.getBoundingClientRect()]
      if (own.top < around.top + 40 || own.bottom > around.bottom - 40)
        nav.scrollTop += own.top - around.top - nav.clientHeight / 2
    })
  }

  // --- Data and files of figures and tables.

  /** Cells of CSV as this program writes it: quotes only around whole cells. */
  function readCsv(text) {
    const rows = []
    let row = []
    for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^,\n]*))(,|\n|$)/g)) {
      if (end === '' && row.length === 0 && quoted === undefined && plain === '') break
      row.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'))
      if (end === ',') continue
      rows.push(row)
      row = []
    }
    return rows
  }

  const firstRows = 200
  const isNumber = (text) => text !== '' && Number.isFinite(Number(text))

  function showRows(details) {
    for (const pre of find(':scope > pre.rows', details)) {
      if (pre.hidden) continue
      const [head = [], ...rows] = readCsv(pre.textContent)
      const isNumeric = head.map((_, column) =>
        rows.every((row) => row[column] === '' || isNumber(row[column])),
      )
      const rowElement = (row) =>
        make(
          'tr',
          {},
          ...row.map((cell, column) => make('td', { className: isNumeric[column] ? 'number' : '' }, cell)),
        )
      const headRow = make(
        'tr',
        {},
        ...head.map((name, column) =>
          make('th', { scope: 'col', className: isNumeric[column] ? 'end' : '' }, name),
        ),
      )
      pre.hidden = true
      pre.after(...rowsBox(headRow, rows, rowElement, pre.ariaLabel))
    }
  }

  /** A table that scrolls, and a button for what it does not have of many rows at first. */
  function rowsBox(headRow, rows, rowElement, label) {
    const body = make('tbody', {}, ...rows.slice(0, firstRows).map(rowElement))
    const table = make('table', { className: 'cells' }, make('thead', {}, headRow), body)
    const box = make(
      'div',
      { className: 'scroll rows', tabIndex: 0, role: 'region', ariaLabel: label },
      table,
    )
    if (rows.length <= firstRows) {
      makeSortable(table)
      return [box]
    }
    const all = make('button', { type: 'button' }, say(words.more, rows.length))
    all.addEventListener('click', () => {
      body.append(...rows.slice(firstRows).map(rowElement))
      makeSortable(table)
      box.focus()
      all.remove()
    })
    return [box, make('p', { className: 'tools' }, all)]
  }

  const formats = {
    CSV: (owner) => csvFiles(owner),
    SVG: (owner) => [['.svg', 'image/svg+xml', svgText(owner)]],
    PNG: (owner) => pngFile(owner),
    [words.specification]: (owner) => [['.vl.json', 'application/json', specification(owner)]],
  }

  function csvFiles(owner) {
    const table = owner.querySelector(':scope > .scroll > table')
    if (table) return [['.csv', 'text/csv', tableCsv(table)]]
    const all = find('details.drawn > pre.rows', owner)
    const named = all.length > 1
    return all.map((pre) => [named ? `-${pre.dataset.name}.csv` : '.csv', 'text/csv', pre.textContent])
  }

  /**
   * A table as CSV, the same whether it is sorted or not: the text of a cell that spans rows or columns is
   * repeated, but not the title of a group of rows.
   */
  function tableCsv(table) {
    const quoted = (text) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
    const isTitle = (cell) => cell.matches('.group > *')
    const field = (cell, column) => (isTitle(cell) && column > 0 ? '' : quoted(textWithMarks(cell)))
    const lineOf = (cells) => `${cells.map(field).join(',')}\n`
    const sections = [table.tHead, ...table.tBodies].filter(Boolean)
    return sections.flatMap((section) => gridOf([...section.rows]).map(lineOf)).join('')
  }

  /** What stands small beside a text, such as where a number comes from, is in brackets. */
  function textWithMarks(cell) {
    const copy = cell.cloneNode(true)
    for (const mark of find('.badge, .value sup', copy)) mark.replaceWith(` (${textOf(mark)})`)
    return textOf(copy)
  }

  function svgText(owner) {
    const svg = owner.querySelector('svg').cloneNode(true)
    svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg')
    for (const one of find('[data-tip]', svg)) one.removeAttribute('data-tip')
    svg.removeAttribute('data-tips')
    for (const one of find('.dimmed, .unselected', svg)) one.classList.remove('dimmed', 'unselected')
    svg.querySelector('.brush')?.remove()
    svg.classList.remove('selectable')
    return new XMLSerializer().serializeToString(svg)
  }

  async function pngFile(owner) {
    const image = new Image()
    // Pictures come from the page alone, as its policy says: `data:`, not `blob:`.
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svgText(owner))}`
    await image.decode()
    const { width, height } = owner.querySelector('svg').viewBox.baseVal
    const scale = Math.min(3, 8192 / Math.max(width, height))
    const canvas = make('canvas', { width: Math.round(width * scale), height: Math.round(height * scale) })
    const context = canvas.getContext('2d')
    context.fillStyle = '#fff'
    context.fillRect(0, 0, canvas.width, canvas.height)
    context.drawImage(image, 0, 0, canvas.width, canvas.height)
    return [['.png', 'image/png', await new Promise((resolve) => canvas.toBlob(resolve, 'image/png'))]]
  }

  /** The specification with the rows in it, so that it draws by itself. */
  function specification(owner) {
    const spec = JSON.parse(owner.querySelector('pre.specification').textContent)
    const datasets = { ...spec.datasets }
    for (const pre of find('details.drawn > pre.rows', owner)) {
      const [head = [], ...rows] = readCsv(pre.textContent)
      const [fields] = pre.dataset.fields ? readCsv(pre.dataset.fields) : [head]
      const value = (text) => (text === '' ? null : isNumber(text) ? Number(text) : text)
      datasets[pre.dataset.name] = rows.map((row) =>
        Object.fromEntries(fields.map((name, i) => [name, value(row[i])])),
      )
    }
    return JSON.stringify(
      { $schema: 'https://vega.github.io/schema/vega-lite/v6.json', ...spec, datasets },
      null,
      1,
    )
  }

  async function save(owner, format) {
    const name = (owner.id || find('[id]', owner)[0]?.id || 'data').replace(/[^\w-]+/g, '-')
    for (const [end, type, content] of await formats[format](owner)) {
      const href = URL.createObjectURL(new Blob([content], { type }))
      make('a', { href, download: name + end }).click()
      setTimeout(() => URL.revokeObjectURL(href), 10_000)
    }
  }

  function downloads(label, names) {
    const buttons = names.map((name) =>
      make(
        'button',
        { type: 'button', className: 'save', ariaLabel: `${say(words.downloadOf, label)} ${name}` },
        name,
      ),
    )
    for (const button of buttons) button.dataset.format = button.textContent
    return make('p', { className: 'tools' }, `${words.download} `, ...buttons.flatMap((one) => [one, ' ']))
  }

  function addDownloads() {
    for (const details of find('details.drawn')) {
      if (details.querySelector(':scope > .tools')) continue
      const label = textOf(details.querySelector('summary'))
      const has = details.querySelector('pre.rows') !== null
      const tools = downloads(label, [...(has ? ['CSV'] : []), 'SVG', 'PNG', words.specification])
      details.querySelector('summary').after(tools, ...selectionTools(details, label))
      const entries = legendButtons(figureOf(details).querySelector('svg'))
      if (entries.length > 0)
        tools.after(
          make('p', { className: 'tools' }, `${words.show} `, ...entries.flatMap((one) => [one, ' '])),
        )
    }
    for (const table of find('.float > .scroll > table')) {
      const owner = table.closest('.float')
      if (owner.querySelector(':scope > .tools')) continue
      owner.append(downloads(textOf(table.caption?.querySelector('strong') ?? table), ['CSV']))
    }
  }

  /** Buttons that hide what has the colour of an entry of the legend, where each has a colour of its own. */
  function legendButtons(svg) {
    const colors = find('.role-legend-symbol path', svg).map(colorOf)
    const names = find('.role-legend-label text', svg).map(textOf)
    const isClear =
      colors.length > 1 && names.length === colors.length && new Set(colors).size === colors.length
    if (!isClear || colors.includes(null)) return []
    return names.map((name, index) => {
      const button = make('button', { type: 'button', className: 'entry', ariaPressed: 'true' }, name)
      button.dataset.color = colors[index]
      return button
    })
  }

  function colorOf(mark) {
    const isColor = (value) => value && value !== 'none' && value !== 'transparent'
    return [mark.getAttribute('fill'), mark.getAttribute('stroke')].find(isColor) ?? null
  }

  function toggleEntry(button) {
    button.ariaPressed = String(button.ariaPressed !== 'true')
    const hidden = find('button.entry[aria-pressed="false"]', button.parentNode).map(
      (one) => one.dataset.color,
    )
    for (const mark of find('.role-mark :is(path, rect, line, text)', figureOf(button).querySelector('svg')))
      mark.classList.toggle('dimmed', hidden.includes(colorOf(mark)))
  }

  const figureOf = (node) => node.closest('.parts > figure') ?? node.closest('.float')

  // --- Selecting marks from left to right: by drawing over the figure, or by two sliders for the keyboard.

  const whole = 1000
  const marksIn = (svg) => find('[data-tip]', svg)

  function selectionTools(details, label) {
    const svg = figureOf(details).querySelector('.drawing svg')
    if (!svg?.classList.toggle('selectable', marksIn(svg).length >= 2)) return []
    const slider = (end, value) => {
      const made = make('input', { type: 'range', className: 'end', min: 0, max: whole, step: 5 })
      made.value = value
      made.ariaLabel = say(end, label)
      return made
    }
    const status = make('span', { className: 'status', role: 'status' })
    return [
      make(
        'p',
        { className: 'tools selection' },
        ...[`${words.select} `, slider(words.selectFrom, 0), ' ', slider(words.selectTo, whole), ' ', status],
      ),
    ]
  }

  /** Marks between two places, in thousandths of the figure's width; all of them if these are its ends. */
  function select(figure, from, to) {
    const tools = figure.querySelector('.selection')
    const svg = figure.querySelector('.drawing svg')
    if (!tools || !svg) return
    const isAll = from <= 0 && to >= whole
    for (const [index, slider] of find('input', tools).entries()) slider.value = [from, to][index]
    const box = svg.getBoundingClientRect()
    const at = (place) => box.left + (place / whole) * box.width
    const marks = marksIn(svg)
    const isChosen = (mark) => {
      const { left, right } = mark.getBoundingClientRect()
      return right >= at(from) && left <= at(to)
    }
    const chosen = isAll ? marks : marks.filter(isChosen)
    const known = new Set(chosen)
    for (const mark of marks) mark.classList.toggle('unselected', !known.has(mark))
    drawSelection(svg, isAll ? undefined : [from, to])
    tools.querySelector('.status').textContent = isAll
      ? ''
      : say(words.selected, `${chosen.length} / ${marks.length}`)
    const before = tools.nextElementSibling
    if (before?.matches('.chosen')) before.remove()
    if (!isAll) tools.after(chosenTable(chosen, find('input', tools)[0].ariaLabel))
  }

  function drawSelection(svg, ends) {
    svg.querySelector('.brush')?.remove()
    if (!ends) return
    const { x, y, width, height } = svg.viewBox.baseVal
    const brush = document.createElementNS('http://www.w3.org/2000/svg', 'rect')
    const [from, to] = ends.map((place) => x + (place / whole) * width)
    for (const [name, value] of Object.entries({ x: from, y, width: to - from, height, class: 'brush' }))
      brush.setAttribute(name, value)
    svg.append(brush)
  }

  /** What the marks tell of themselves, one a row. */
  function chosenTable(marks, label) {
    const all = marks.map((mark) => Object.fromEntries(tipOf(mark)))
    const names = [...new Set(all.flatMap(Object.keys))]
    const row = (one) => make('tr', {}, ...names.map((name) => make('td', {}, one[name] ?? '')))
    const head = make('tr', {}, ...names.map((name) => make('th', { scope: 'col' }, name)))
    return make('div', { className: 'chosen' }, ...rowsBox(head, all, row, label))
  }

  const selectAll = () => {
    for (const brush of find('svg .brush')) select(figureOf(brush), 0, whole)
  }

  document.addEventListener('input', ({ target }) => {
    const tools = target.closest?.('.selection')
    if (!tools) return
    const [from, to] = find('input', tools)
    const [a, b] = [Number(from.value), Number(to.value)]
    // The end that is moved does not pass the other.
    select(figureOf(tools), target === from ? Math.min(a, b) : a, target === from ? b : Math.max(a, b))
  })
  let drag
  const placeIn = ({ svg }, clientX) => {
    const { left, width } = svg.getBoundingClientRect()
    return Math.max(0, Math.min(whole, Math.round((whole * (clientX - left)) / width)))
  }
  document.addEventListener('pointerdown', (event) => {
    const svg = event.target.closest?.('.float svg.selectable')
    // A finger scrolls.
    if (!svg || event.button !== 0 || event.pointerType === 'touch') return
    event.preventDefault()
    drag = { svg, startX: event.clientX }
  })
  document.addEventListener('pointermove', ({ clientX }) => {
    if (!drag || (!drag.isMoved && Math.abs(clientX - drag.startX) < 4)) return
    drag.isMoved = true
    const ends = [placeIn(drag, drag.startX), placeIn(drag, clientX)].sort((a, b) => a - b)
    const figure = figureOf(drag.svg)
    const details = figure.querySelector('details.drawn')
    if (details) details.open = true
    select(figure, ...ends)
  })
  document.addEventListener('pointerup', () => (drag = undefined))
  document.addEventListener('dblclick', ({ target }) => {
    const svg = target.closest?.('.float svg.selectable')
    if (svg) select(figureOf(svg), 0, whole)
  })

  document.addEventListener('click', ({ target }) => {
    const entry = target.closest?.('button.entry')
    if (entry) return toggleEntry(entry)
    const sort = target.closest?.('button.sort')
    if (sort) return sortBy(sort)
    const button = target.closest?.('button.save')
    if (button) save(figureOf(button), button.dataset.format)
  })
  // `toggle` does not bubble.
  document.addEventListener(
    'toggle',
    ({ target }) => {
      if (target.matches?.('details.drawn[open]')) showRows(target)
    },
    true,
  )

  // --- Search: where the text stands, in what is folded, too; the browser's own shows one place after the other.

  const mostHits = 60
  const units =
    'h1, h2, h3, h4, h5, h6, p, li, dt, dd, figcaption, caption, summary, pre:not(.rows, .specification), tr, blockquote > *, svg text'
  /** A letter of an alphabet is nearly everywhere; such a sign may be a word. */
  const wordSign = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}]/u
  const marked = globalThis.CSS?.highlights && new Highlight()
  if (marked) CSS.highlights.set('found', marked)

  function addSearch() {
    // The contents come first, if there are some.
    const heading = document.querySelector('nav.contents h2, header.title h1')
    if (!heading || heading.parentNode.querySelector('.search')) return
    for (const box of find('.search')) box.remove()
    const field = make('input', { type: 'search', ariaLabel: words.search, placeholder: `${words.search} /` })
    const status = make('p', { className: 'status', role: 'status' })
    heading.before(make('div', { className: 'search' }, field, status, make('ol', { hidden: true })))
  }

  /**
   * Texts of paragraphs, rows and the like, each once: what holds another unit only counts with its own
   * texts.
   */
  function* unitsIn(main) {
    for (const unit of find(units, main)) {
      if (unit.closest('.repro-own, .tools, .search, .scroll.rows')) continue
      const pieces = []
      const walker = document.createTreeWalker(unit, NodeFilter.SHOW_TEXT)
      let cell
      while (walker.nextNode()) {
        const node = walker.currentNode
        if (node.parentElement.closest(units) !== unit) continue
        const own = node.parentElement.closest('td, th')
        // Cells stand apart.
        if (pieces.length > 0 && own !== cell) pieces.at(-1).text += ' '
        cell = own
        pieces.push({ node, text: node.data })
      }
      if (pieces.length > 0) yield { unit, pieces }
    }
  }

  function search(box) {
    const wanted = box.querySelector('input').value.trim().replace(/\s+/g, ' ')
    const [list, status] = [box.querySelector('ol'), box.querySelector('.status')]
    marked?.clear()
    const pattern =
      wanted.length < 2 && !wordSign.test(wanted)
        ? undefined
        : new RegExp(
            wanted.replace(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`).replaceAll(' ', String.raw`\s+`),
            'giu',
          )
    let count = 0
    const items = []
    for (const { unit, pieces } of pattern ? unitsIn(document.querySelector('main')) : []) {
      const text = pieces.map((piece) => piece.text).join('')
      const found = [...text.matchAll(pattern)]
      count += found.length
      for (const match of found) if (marked) marked.add(rangeIn(pieces, match.index, match[0].length))
      if (found.length > 0 && items.length < mostHits) items.push(hit(unit, text, found[0]))
    }
    list.replaceChildren(...items)
    list.hidden = items.length === 0
    const instead = wanted === '' ? '' : words.tooShort
    status.textContent = pattern ? say(words.found, count) : instead
  }

  /** Characters of texts that follow each other. */
  function rangeIn(pieces, start, length) {
    const range = new Range()
    let at = 0
    for (const { node, text } of pieces) {
      const end = at + text.length
      const within = (offset) => Math.min(offset - at, node.data.length)
      if (start >= at && start < end) range.setStart(node, within(start))
      if (start + length > at && start + length <= end) range.setEnd(node, within(start + length))
      at = end
    }
    return range
  }

  function hit(unit, text, { 0: found, index }) {
    const around = (from, to) => text.slice(Math.max(0, from), to).replace(/\s+/g, ' ')
    const button = make(
      'button',
      { type: 'button', className: 'hit' },
      `${index > 24 ? '…' : ''}${around(index - 24, index)}`,
      make('strong', {}, found.replace(/\s+/g, ' ')),
      around(index + found.length, index + found.length + 40),
    )
    button.addEventListener('click', () => {
      for (let one = unit.closest('details'); one; one = one.parentElement.closest('details')) one.open = true
      unit.scrollIntoView({ block: 'center' })
      unit.tabIndex = -1
      unit.focus({ preventScroll: true })
    })
    return make('li', {}, button)
  }

  document.addEventListener('input', ({ target }) => {
    const box = target.closest?.('.search')
    if (box) search(box)
  })
  document.addEventListener('keydown', (event) => {
    const { key, target, ctrlKey, metaKey, altKey } = event
    const field = document.querySelector('.search input')
    if (!field || ctrlKey || metaKey || altKey) return
    if (key === '/' && !target.closest?.('input, textarea, select, [contenteditable]')) {
      event.preventDefault()
      field.focus()
    } else if (key === 'Escape' && target.closest?.('.search')) {
      field.value = ''
      search(field.closest('.search'))
    }
  })

  // --- At the start, and after parts of the page were exchanged.

  function begin() {
    for (const table of find('table')) makeSortable(table)
    addDownloads()
    addSearch()
    for (const details of find('details.drawn[open]')) showRows(details)
    follow()
  }
  document.addEventListener('DOMContentLoaded', begin)
  document.addEventListener('repro:changed', begin)
})(pageWords)
