/**
 * Keeps a served page up to date (server.ts): replaces the blocks that changed, shows problems at their
 * places, and asks before something is run. The page is made of blocks: the children of these elements, but
 * for these themselves and for what this script adds.
 */
;(() => {
  'use strict'
  const holders = ['body', 'main', 'article']
  const script = document.currentScript
  let version = Number(script.dataset.version)
  let blocks = []
  let problems = []
  let waiting = []
  let mayRun = false
  let progress = null
  /** `lost` while the server cannot be reached, `found` for a moment when it is there again. */
  let connection = 'live'

  const element = (name, properties = {}, ...children) => {
    const made = Object.assign(document.createElement(name), properties)
    made.append(...children)
    return made
  }
  /** Messages of the program are. */
  const inEnglish = { lang: 'en', dir: 'ltr' }
  const isOwn = (node) => node.classList?.contains('repro-own')
  const holderOf = (name) => (name === 'body' ? document.body : document.querySelector(name))
  const childrenOf = (holder) => [...holder.children].filter((child) => !isOwn(child))

  /** Elements of the page in the order of its blocks; holders stand for themselves. */
  const elementsNow = () => {
    const found = []
    const visit = (holder) => {
      for (const child of childrenOf(holder)) {
        found.push(child)
        if (holders.includes(child.localName)) visit(child)
      }
    }
    visit(document.body)
    return found
  }

  const query = () => `page=${encodeURIComponent(decodeURIComponent(location.pathname))}&version=${version}`
  const told = new BroadcastChannel('repro')
  let following = null

  /** Follows the document from the version that is shown, until `over`. */
  async function stream(over) {
    // A browser that lost the connection says itself what it had.
    const events = new EventSource(`/~repro/events?${query()}`)
    events.addEventListener('blocks', ({ data }) => {
      blocks = JSON.parse(data)
    })
    events.addEventListener('update', ({ data }) => {
      take(JSON.parse(data))
      told.postMessage(location.pathname)
    })
    events.addEventListener('progress', ({ data }) => {
      progress = JSON.parse(data)
      showPanel()
      told.postMessage(location.pathname)
    })
    events.addEventListener('open', () => connected(true))
    events.addEventListener('error', () => {
      connected(false)
      // After an answer that is no stream a browser does not ask again.
      if (events.readyState === EventSource.CLOSED) setTimeout(reloadWhenServed, 2000)
    })
    await over
    events.close()
  }

  /** A browser has six connections for all of its tabs: this many hold one. Returns false if they do. */
  const mostStreams = 4
  async function isStreamed(over) {
    if (!navigator.locks) return stream(over).then(() => true)
    for (let number = 0; number < mostStreams; number += 1) {
      const use = (lock) => lock && stream(over).then(() => true)
      if (await navigator.locks.request(`repro-stream-${number}`, { ifAvailable: true }, use)) return true
    }
    return false
  }

  const asked = () => fetch(`/~repro/update?${query()}`).catch(() => null)

  async function reloadWhenServed() {
    if ((await asked())?.ok) reload()
    else setTimeout(reloadWhenServed, 2000)
  }

  function connected(isThere) {
    if (isThere === (connection !== 'lost')) return
    connection = isThere ? 'found' : 'lost'
    showPanel()
    if (!isThere) return
    setTimeout(() => {
      if (connection === 'found') connection = 'live'
      showPanel()
    }, 5000)
  }

  let answered = ''
  async function catchUp() {
    const response = await asked()
    connected(response?.ok === true)
    const text = response?.ok ? await response.text() : ''
    if (text === '' || text === answered) return
    answered = text
    const found = JSON.parse(text)
    ;({ blocks, progress } = found)
    take(found.update)
  }

  /** The other tabs ask: once a second, and when one that shows the same page was told something. */
  async function follow(own) {
    while (!own.isOver) {
      if (await isStreamed(own.over)) return
      await catchUp()
      const anew = new Promise((resolve) => {
        told.onmessage = ({ data }) => data === location.pathname && resolve()
        setTimeout(resolve, 1000)
      })
      await Promise.race([own.over, anew])
    }
  }

  // Nobody looks at a tab that is hidden.
  const followWhileShown = () => {
    if (document.hidden) {
      following?.end()
      following = null
      return
    }
    if (following !== null) return
    const own = { isOver: false }
    own.over = new Promise((resolve) => {
      own.end = () => {
        own.isOver = true
        resolve()
      }
    })
    following = own
    void follow(own)
  }

  function take(update) {
    if (update.reload) return reload()
    if (update.style !== undefined) setStyle(update.style)
    ;({ problems, waiting, mayRun } = update)
    keepingPlace(() => {
      for (const mark of document.querySelectorAll('.repro-problem')) mark.remove()
      if (update.blocks) replaceBlocks(update.blocks)
      markProblems()
    })
    if (update.title) document.title = update.title
    version = update.version
    document.documentElement.dataset.reproVersion = version
    showPanel()
  }

  const keptName = 'repro-kept'

  /** Loads the page anew, which then is where it was, with what was open. */
  function reload() {
    const open = [...named(document.body, 'details')].map(([name, one]) => [name, one.open])
    try {
      sessionStorage.setItem(keptName, JSON.stringify({ path: location.pathname, top: window.scrollY, open }))
    } catch {
      // What is kept is a convenience.
    }
    location.reload()
  }

  function restore() {
    const { path, top, open } = JSON.parse(sessionStorage.getItem(keptName) ?? '{}')
    sessionStorage.removeItem(keptName)
    if (path !== location.pathname) return
    const all = named(document.body, 'details')
    for (const [name, isOpen] of open) if (all.has(name)) all.get(name).open = isOpen
    window.scrollTo({ top, behavior: 'instant' })
  }

  const style = new CSSStyleSheet()

  /** In place of the style that the page came with, whose policy allows no other element. */
  function setStyle(text) {
    style.replaceSync(text)
    document.querySelector('head > style').disabled = true
    if (!document.adoptedStyleSheets.includes(style))
      document.adoptedStyleSheets = [style, ...document.adoptedStyleSheets]
  }

  /** Keeps what the reader looks at where it is: the first block in sight that stays. */
  function keepingPlace(change) {
    const seen = elementsNow().filter(
      (one) => !holders.includes(one.localName) && one.getBoundingClientRect().bottom > 0,
    )
    const before = seen.slice(0, 40).map((one) => [one, one.getBoundingClientRect().top])
    const isAtTop = window.scrollY === 0
    change()
    const [anchor, top] = before.find(([one]) => one.isConnected) ?? []
    if (anchor && !isAtTop) {
      const moved = anchor.getBoundingClientRect().top - top
      if (Math.abs(moved) >= 1) window.scrollBy({ top: moved, behavior: 'instant' })
    }
  }

  function replaceBlocks(sent) {
    const old = elementsNow()
    // Something else added elements to the page: there is no telling which is which.
    if (old.length !== blocks.length) return reload()
    const hashOf = new Map(blocks.map(({ hash }, index) => [old[index], hash]))
    const byHash = new Map()
    for (const one of old) {
      const hash = hashOf.get(one)
      if (hash !== undefined) byHash.set(hash, [...(byHash.get(hash) ?? []), one])
    }
    const followed = []
    const next = sent.map((block) => {
      if (block.holder) return holderOf(block.holder)
      const known = byHash.get(block.hash)?.shift()
      if (known) return known
      const one = made(block.html)
      if (!block.pieces) return one
      const before = old[block.of]
      followed.push([before, one])
      return one && before && takesPieces(one, before, block.pieces) ? one : null
    })
    if (next.some((one) => one === null || one === undefined)) return reload()
    const isFollowed = new Set(followed.flat())
    const gone = old.filter((one) => !next.includes(one))
    const pairs = [
      ...followed,
      ...pairsOf(
        gone.filter((one) => !isFollowed.has(one)),
        next.filter((one) => !old.includes(one) && !isFollowed.has(one)),
      ),
    ]
    for (const [before, one] of pairs) keepState(before, one)
    const renewed = new Map(pairs.filter(([before, one]) => isRenewed(before, one)).map(([a, b]) => [b, a]))
    for (const [, one] of followed) if (!renewed.has(one)) fillHoles(one)
    const stays = new Set(renewed.values())
    for (const name of holders) {
      const holder = holderOf(name)
      const wanted = next
        .filter((_, index) => sent[index].into === name)
        .map((one) => renewed.get(one) ?? one)
      if (holder === null) continue
      for (const one of gone) if (one.parentNode === holder && !stays.has(one)) one.remove()
      let at = childrenOf(holder)[0] ?? null
      for (const one of wanted) {
        if (one === at) {
          at = nextOf(at)
          continue
        }
        holder.insertBefore(one, at)
      }
    }
    blocks = sent
    tellLater()
  }

  // Safari has none.
  const whenIdle =
    typeof requestIdleCallback === 'function' ? requestIdleCallback : (use) => setTimeout(use, 50)

  /** Once the change is on the screen: what the page adds to itself takes as long as showing it. */
  let isToBeTold = false
  function tellLater() {
    if (isToBeTold) return
    isToBeTold = true
    requestAnimationFrame(() =>
      whenIdle(
        () => {
          isToBeTold = false
          document.dispatchEvent(new CustomEvent('repro:changed'))
        },
        { timeout: 200 },
      ),
    )
  }

  function nextOf(one) {
    let next = one.nextElementSibling
    while (next && isOwn(next)) next = next.nextElementSibling
    return next
  }

  function made(html) {
    const template = document.createElement('template')
    template.innerHTML = html ?? ''
    return template.content.firstElementChild
  }

  const hole = 'template[data-piece]'

  /**
   * Takes over the pieces (blocks.ts) of the block that `one` replaces, and applies their changes. Drawings
   * are not moved yet, as they may be able to stay. Returns false if a piece is missing.
   */
  function takesPieces(one, before, pieces) {
    const had = [...before.querySelectorAll('svg, pre.rows')].filter((piece) => !piece.matches('svg svg'))
    const holes = [...one.querySelectorAll(hole)]
    if (holes.length !== pieces.length) return false
    return pieces.every(({ index, change }, number) => {
      const piece = had[index]
      if (piece?.localName !== 'svg') {
        if (!piece) return false
        holes[number].replaceWith(piece)
        // The table that reader.js shows in their place stays behind.
        piece.hidden = false
        return true
      }
      holes[number].piece = piece
      unmark(piece)
      return !change || isChanged(piece, change)
    })
  }

  function isChanged(svg, { path, html }) {
    const old = path.reduce((element, index) => element?.children[index], svg)
    const fresh = made(`<svg>${html}</svg>`)?.firstElementChild
    if (!old || !fresh) return false
    become(old, fresh)
    return true
  }

  /** Takes away what reader.js adds for a selection, which the change may have made wrong. */
  function unmark(svg) {
    svg.querySelector('.brush')?.remove()
    for (const mark of svg.querySelectorAll('.dimmed, .unselected')) {
      mark.classList.remove('dimmed', 'unselected')
      if (mark.classList.length === 0) mark.removeAttribute('class')
    }
  }

  function fillHoles(one) {
    for (const found of one.querySelectorAll(hole)) found.replaceWith(found.piece)
  }

  /** Blocks that are gone, each with the one that takes its place. */
  function pairsOf(gone, fresh) {
    const left = new Set(gone)
    const found = new Map()
    const pair = (one, before) => {
      if (!before) return
      left.delete(before)
      found.set(one, before)
    }
    for (const one of fresh) {
      const id = one.id || one.querySelector('[id]')?.id
      const hasId = (other) => other.id === id || other.querySelector(`[id="${CSS.escape(id)}"]`)
      if (id) pair(one, [...left].find(hasId))
    }
    const others = [...left]
    for (const [index, one] of fresh.filter((one) => !found.has(one)).entries())
      if (others[index]?.localName === one.localName) pair(one, others[index])
    return [...found].map(([one, before]) => [before, one])
  }

  /**
   * Elements of a block by names that its next version has, too: the id around them, their kind and order.
   */
  function named(root, selector) {
    const [found, counts] = [new Map(), new Map()]
    for (const one of [...(root.matches(selector) ? [root] : []), ...root.querySelectorAll(selector)]) {
      let holder = one
      while (holder !== root && !holder.id) holder = holder.parentElement
      const kind = `${holder.id} ${one.localName}`
      const number = counts.get(kind) ?? 0
      counts.set(kind, number + 1)
      found.set(`${kind} ${number}`, one)
    }
    return found
  }

  const focusable = 'summary, button, input, select, a[href], [tabindex]'

  /** What the reader opened stays open, what was scrolled aside stays so, and what has the focus keeps it. */
  function keepState(before, one) {
    const pairs = (selector) => {
      const old = named(before, selector)
      return [...named(one, selector)].flatMap(([name, own]) => (old.has(name) ? [[own, old.get(name)]] : []))
    }
    for (const [own, other] of pairs('details')) own.open = other.open
    const scrolled = pairs('.scroll').map(([own, other]) => [own, other.scrollLeft])
    const { activeElement } = document
    const [focused] = before.contains(activeElement)
      ? ([...named(before, focusable)].find(([, other]) => other === activeElement) ?? [])
      : []
    const typed = [...named(before, 'input[type=search]')].filter(([, { value }]) => value !== '')
    const shown = () => (one.isConnected ? one : before)
    const focus = () => {
      const found = focused !== undefined && named(shown(), focusable).get(focused)
      if (found && document.activeElement === document.body) found.focus({ preventScroll: true })
      return found !== undefined
    }
    requestAnimationFrame(() => {
      for (const [own, left] of scrolled) if (left) own.scrollLeft = left
      if (focus() && typed.length === 0) return
      // What reader.js adds is not there yet.
      const restore = () => {
        const fields = named(shown(), 'input[type=search]')
        for (const [name, { value }] of typed) {
          const field = fields.get(name)
          if (!field) continue
          field.value = value
          field.dispatchEvent(new Event('input', { bubbles: true }))
        }
        focus()
      }
      document.addEventListener('repro:changed', restore, { once: true })
    })
  }

  /**
   * Updates a figure in place, if its drawings are where they were: of thousands of marks, the browser then
   * lays out only those that changed. Returns whether it could.
   */
  function isRenewed(before, one) {
    const drawing = `.drawing > :is(svg, ${hole})`
    const holds = (node) => node.nodeType === 1 && (node.matches(drawing) || node.querySelector(drawing))
    const shape = (node) =>
      node.matches(drawing)
        ? 'svg'
        : [node.localName, node.className, [...node.children].filter(holds).map(shape)]
    if (!holds(one) || !holds(before) || JSON.stringify(shape(before)) !== JSON.stringify(shape(one)))
      return false
    const [ours, theirs] = [before, one].map((node) => [...node.querySelectorAll(drawing)])
    if (theirs.some((node, index) => node.piece && node.piece !== ours[index])) return false
    const renew = (old, fresh) => {
      if (old.matches(drawing)) return fresh.piece ?? become(old, fresh)
      copyAttributes(old, fresh)
      for (const child of [...old.childNodes]) if (!holds(child)) child.remove()
      let at = old.firstChild
      for (const child of [...fresh.childNodes])
        if (holds(child)) {
          const next = at.nextSibling
          renew(at, child)
          at = next
        } else old.insertBefore(child, at)
    }
    renew(before, one)
    return true
  }

  /** Makes a node equal to another: equal parts stay, the others are replaced by those of the other. */
  function become(node, other) {
    // Much faster than a script that compares attributes.
    if (node.isEqualNode(other)) return
    const [own, theirs] = [[...node.childNodes], [...other.childNodes]]
    if (node.nodeName !== other.nodeName || own.length === 0 || own.length !== theirs.length)
      return node.replaceWith(other)
    copyAttributes(node, other)
    for (const [index, child] of theirs.entries()) become(own[index], child)
  }

  /** Classes that reader.js adds and removes. To take them away for a moment would restyle all marks. */
  const given = ['selectable']

  function copyAttributes(node, other) {
    for (const name of given) if (node.classList.contains(name)) other.classList.add(name)
    for (const { name } of [...node.attributes]) if (!other.hasAttribute(name)) node.removeAttribute(name)
    for (const { namespaceURI, name, value } of other.attributes)
      if (node.getAttribute(name) !== value) node.setAttributeNS(namespaceURI, name, value)
  }

  function markProblems() {
    const elements = elementsNow()
    for (const problem of problems) {
      const at = problem.block === undefined ? undefined : elements[problem.block]
      at?.after(problemElement(problem))
    }
  }

  function problemElement({ severity, message, path, line, column, ruleId }) {
    const place = `${path}:${line}:${column}${ruleId ? ` · ${ruleId}` : ''}`
    return element(
      'aside',
      { className: `repro-own repro-problem ${severity}`, role: 'note', ...inEnglish },
      element('span', { className: 'repro-place' }, place),
      message,
    )
  }

  // --- The panel: made once, and changed in place, so that the focus and what was scrolled stay where they are.

  let panel = null

  function showPanel() {
    const isRunning = progress !== null && ['running', 'stopping'].includes(progress.state)
    const words = summaryWords()
    if (words === '') {
      panel?.remove()
      panel = null
      return
    }
    const elements = elementsNow()
    const unplaced = problems.filter(({ block }) => block === undefined || !elements[block])
    if (panel === null) {
      panel = element('section', {
        className: 'repro-own repro-panel',
        ariaLabel: 'repro serve',
        ...inEnglish,
      })
      const isOpen = unplaced.length > 0 || isRunning || connection === 'lost'
      const details = element('details', { open: isOpen }, element('summary'), element('div'))
      panel.append(details, element('p', { className: 'repro-told', role: 'status' }))
      panel.addEventListener('click', pressed)
      document.body.append(panel)
    }
    const [summary, content] = panel.querySelector('details').children
    const told = panel.querySelector('.repro-told')
    for (const place of [summary, told]) if (place.textContent !== words) place.textContent = words
    const hadFocus = content.contains(document.activeElement)
    fit(content, element('div', {}, ...panelContent(isRunning, elements)))
    if (hadFocus && !content.contains(document.activeElement)) summary.focus({ preventScroll: true })
  }

  function summaryWords() {
    const counted = ['error', 'warning'].map((severity) => {
      const { length } = problems.filter((one) => one.severity === severity)
      return length > 0 && plural(length, severity)
    })
    return [
      { lost: 'the server is gone', found: 'live again' }[connection],
      ...counted,
      waiting.length > 0 && `${plural(waiting.length, 'cell')} to run`,
      progress?.state,
    ]
      .filter(Boolean)
      .join(' · ')
  }

  const list = (name, items) => keyed(name, element('ul', {}, ...items))
  const keyed = (name, one) => {
    one.dataset.key = name
    return one
  }
  /** What a button does is in its data, as a button that stays is made equal to the new one. */
  const pressable = (text, action, value = '', label = text) => {
    const made = element('button', { type: 'button', ariaLabel: label }, text)
    made.dataset.action = action
    made.dataset.value = value
    return keyed(`${action} ${value}`, made)
  }

  function panelContent(isRunning, elements) {
    const gone =
      'This page is no longer kept up to date: the server has ended, or cannot be reached. ' +
      'Start repro serve again, and open the address that it shows.'
    const mayAsk = mayRun && connection !== 'lost'
    return [
      connection === 'lost' && keyed('lost', element('p', {}, gone)),
      isRunning && mayAsk && pressable('Stop', 'stop'),
      !isRunning && mayAsk && waiting.length > 1 && pressable('Run all', 'all'),
      keyed('notice', element('p', { role: 'alert' }, notice)),
      problems.length > 0 &&
        list(
          'problems',
          problems.map((one, at) => problemLine(one, at, elements)),
        ),
      progress !== null && list('progress', progress.cells.map(progressLine)),
      progress?.text && keyed('text', element('p', {}, progress.text)),
      !isRunning && waiting.length > 0 && waitingElement(mayAsk),
    ].filter(Boolean)
  }

  function problemLine({ severity, path, line, column, message, block }, at, elements) {
    const text = `${path}:${line}:${column} ${message}`
    const isPlaced = block !== undefined && elements[block]
    return element('li', { className: severity }, isPlaced ? pressable(text, 'problem', at) : text)
  }

  function progressLine({ name, state, done, total }) {
    const bar = element('progress', { max: total || 1, value: done, ariaLabel: name })
    return keyed(name, element('li', {}, element('span', {}, `${name}: ${state} `), bar))
  }

  function waitingElement(mayAsk) {
    if (!mayRun)
      return keyed('open', element('p', {}, 'To run cells here, open the address that the terminal shows.'))
    const line = ({ name, reason }) =>
      keyed(
        name,
        element(
          'li',
          {},
          ...(mayAsk ? [pressable('Run', 'cell', name, `Run ${name}`)] : []),
          element('span', {}, ` ${name}: ${reason}`),
        ),
      )
    return list('waiting', waiting.map(line))
  }

  /** Makes an element like another, and leaves what they share where it is. */
  function fit(node, other) {
    if (node.isEqualNode(other)) return
    copyAttributes(node, other)
    if (node.children.length === 0 || other.children.length === 0)
      return node.replaceChildren(...other.childNodes)
    const nameOf = (one, index) => one.dataset.key ?? `${one.localName} ${index}`
    const known = new Map([...node.children].map((one, index) => [nameOf(one, index), one]))
    const wanted = [...other.children].map((one, index) => {
      const own = known.get(nameOf(one, index))
      if (own?.localName !== one.localName) return one
      fit(own, one)
      return own
    })
    const stays = new Set(wanted)
    for (const one of [...node.children]) if (!stays.has(one)) one.remove()
    let at = node.firstElementChild
    for (const one of wanted)
      if (one === at) at = at.nextElementSibling
      else node.insertBefore(one, at)
  }

  let notice = ''

  async function pressed({ target }) {
    const { action, value } = target.closest('button')?.dataset ?? {}
    if (action === 'cell') ask([value])
    if (action === 'all') ask(waiting.map(({ name }) => name))
    if (action === 'problem') elementsNow()[problems[value]?.block]?.scrollIntoView({ block: 'center' })
    if (action !== 'stop') return
    notice = await post('stop')
    showPanel()
  }

  function ask(cells) {
    const dialog = element('dialog', {
      ...{ className: 'repro-own repro-dialog', ariaLabel: 'Run cells', ...inEnglish },
    })
    const close = () => dialog.close()
    const failure = element('p', { className: 'error', role: 'alert' })
    let isSent = false
    const run = async () => {
      if (isSent) return
      isSent = true
      failure.textContent = await post('run', { cells })
      isSent = false
      if (failure.textContent === '') close()
    }
    dialog.append(
      element('p', {}, `Run ${plural(cells.length, 'cell')}? Scripts of this project run on this machine.`),
      element('ul', { tabIndex: 0 }, ...cells.map((name) => element('li', {}, name))),
      failure,
      element('button', { type: 'button', className: 'repro-yes', onclick: run }, 'Run'),
      ' ',
      element('button', { type: 'button', autofocus: true, onclick: close }, 'Cancel'),
    )
    dialog.addEventListener('close', () => dialog.remove())
    document.body.append(dialog)
    dialog.showModal()
  }

  /** Returns why the server does not do it; empty if it does. */
  async function post(what, body = {}) {
    const response = await fetch(`/~repro/${what}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    }).catch(() => null)
    if (response === null) return 'The server is gone: nothing was asked of it.'
    return response.ok ? '' : (await response.text()).trim()
  }

  function plural(count, noun) {
    return `${count} ${noun}${count === 1 ? '' : 's'}`
  }

  restore()
  document.addEventListener('visibilitychange', followWhileShown)
  followWhileShown()
})()
