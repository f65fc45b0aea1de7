import { VFile } from 'vfile'
import { describe, expect, it } from 'vitest'
import { picturesOf, readPictures } from '../../src/check/picture.ts'
import { parseDocument } from '../../src/document/document.ts'

const png = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')
const svg = (content: string, attributes = '') =>
  Buffer.from(
    `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" ${attributes}>${content}</svg>`,
  )

function found(markdown: string, files: Readonly<Record<string, Uint8Array>>) {
  const document = parseDocument(
    new VFile({ path: 'paper/d.md', value: `---\ntitle: T\n---\n\n${markdown}\n` }),
  )
  return readPictures(picturesOf(document), (path) => files[path]).map(
    ({ place, path, problem, warning, bytes }) =>
      `${place.line}:${place.column} ${path} ${problem ?? `${bytes ? 'shown' : 'lost'}${warning === undefined ? '' : `: ${warning}`}`}`,
  )
}

describe('the file of a picture', () => {
  it.each([
    ['a percent sign that begins no escape', '![a](100%.png)', 'paper/100%.png'],
    ['a broken escape', '![a](%E0%A4%A.png)', 'paper/%E0%A4%A.png'],
    ['escapes', '![a](a%20b%23.png)', 'paper/a b#.png'],
    ['a name in brackets', '![a](<a b.png>)', 'paper/a b.png'],
    ['a folder above', '![a](../figures/a.png)', 'figures/a.png'],
    ['a reference', '![a][b]\n\n[b]: a.png', 'paper/a.png'],
    ['a short reference', '![b]\n\n[B]: a.png', 'paper/a.png'],
    ['a picture in a link', '[![a](a.png)](http://a.b)', 'paper/a.png'],
  ])('%s', (_, markdown, path) => {
    expect(found(markdown, { [path]: png })[0]).toMatch(`${path} shown`)
  })

  it.each([
    [
      'a server',
      '![a](http://a.b/c.png)',
      'undefined the page makes no requests; put the picture into the project',
    ],
    [
      'a server without a scheme',
      '![a](//a.b/c.png)',
      'undefined the page makes no requests; put the picture into the project',
    ],
    [
      'data',
      '![a](data:image/png;base64,x)',
      'undefined the page makes no requests; put the picture into the project',
    ],
    ['a way out', '![a](../../c.png)', 'undefined the path leaves the project'],
    ['a hidden way out', '![a](..%2f..%2fc.png)', 'undefined the path leaves the project'],
    ['a control character', '![a](a%00.png)', 'undefined the path has a control character'],
    [
      'no picture',
      '![a](a.txt)',
      'undefined no picture of a known type (.gif, .jpeg, .jpg, .png, .svg, .webp)',
    ],
    ['no file', '![a](gone.png)', 'paper/gone.png no file paper/gone.png'],
    [
      'more than a page should hold',
      '![a](large.png)',
      'paper/large.png 10000001 bytes are more than 10000000: make it smaller',
    ],
  ])('is refused for %s, at its place', (_, markdown, problem) => {
    const files = { 'paper/large.png': new Uint8Array(10_000_001) }
    expect(found(`Text.\n\n> x ${markdown}`, files)).toEqual([`7:5 ${problem}`])
  })

  it.each([
    ['of another type', '![a](a.jpg)', 'paper/a.jpg shown: the file is of type image/png, not image/jpeg'],
    ['that is text', '![a](text.gif)', 'paper/text.gif shown: the file is no picture, not image/gif'],
  ])(
    '%s is warned of, and in the page all the same: a browser shows it as broken',
    (_, markdown, warning) => {
      const files = { 'paper/a.jpg': png, 'paper/text.gif': Buffer.from('GIF') }
      expect(found(`Text.\n\n> x ${markdown}`, files)).toEqual([`7:5 ${warning}`])
    },
  )

  it('is counted as often as it is shown', () => {
    const bytes = Buffer.concat([png, Buffer.alloc(9_000_000)])
    const shown = found('![a](a.png) '.repeat(6), { 'paper/a.png': bytes })
    expect(shown.map((one) => one.endsWith('shown'))).toEqual([true, true, true, true, true, false])
    expect(shown.at(-1)).toMatch('with it the pictures of the page have more than 50000000 bytes')
  })
})

describe('an SVG file', () => {
  const problemOf = (bytes: Uint8Array) =>
    found('![a](a.svg)', { 'paper/a.svg': bytes })[0]?.replace(/^5:1 paper\/a\.svg /, '')

  it.each([
    [
      'a drawing',
      svg(
        '<defs><linearGradient id="g"/></defs><rect fill="url(#g)" style="fill: url(\'#g\')"/><use xlink:href="#g"/>',
      ),
    ],
    [
      'uses of uses, also of themselves',
      svg('<g id="a"><use href="#a"/><use href="#b"/></g><use id="b" href="#a"/><use href="#none"/>'),
    ],
    ['an embedded picture', svg('<image xlink:href="data:image/png;base64,iVBORw0KGgo="/>')],
    [
      'a style and metadata',
      svg(
        '<style>rect { fill: red }</style><metadata><r:RDF xmlns:r="urn:r"/></metadata><text>\\delta</text>',
      ),
    ],
    [
      'a doctype',
      Buffer.from(
        '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd"><svg xmlns="http://www.w3.org/2000/svg"/>',
      ),
    ],
  ])('may have %s', (_, bytes) => {
    expect(problemOf(bytes)).toBe('shown')
  })

  it.each([
    ['a script', svg('<script>1</script>'), 'the element script'],
    [
      'a script under a prefix',
      svg('<s:script xmlns:s="http://www.w3.org/2000/svg"/>'),
      'the element s:script',
    ],
    ['a nesting that takes long', svg(`${'<g>'.repeat(600)}${'</g>'.repeat(600)}`), 'more than 500 deep'],
    [
      'more than a browser draws',
      svg(
        `<g id="a0"><rect/></g>${Array.from({ length: 12 }, (_, index) => `<g id="a${index + 1}">${`<use href="#a${index}"/>`.repeat(4)}</g>`).join('')}<use href="#a12"/>`,
      ),
      'draws more than 200000 elements',
    ],
    [
      'a chain of uses',
      svg(Array.from({ length: 5000 }, (_, index) => `<use id="a${index}" href="#a${index + 1}"/>`).join('')),
      'draws more than 200000 elements',
    ],
    ['HTML', svg('<h:p xmlns:h="http://www.w3.org/1999/xhtml"/>'), 'the element h:p'],
    ['a foreign object', svg('<foreignObject/>'), 'the element foreignObject'],
    ['a handler', svg('', 'onload="1"'), 'the attribute onload'],
    [
      'an address that is set later',
      svg('<a><set attributeName="xlink:href" to="javascript:1"/></a>'),
      'the element set',
    ],
    [
      'a script in a link',
      svg('<a xlink:href="javascript:1"/>'),
      'leads elsewhere: xlink:href="javascript:1"',
    ],
    [
      'a picture of a server',
      svg('<image href="http://a.b/c.png"/>'),
      'leads elsewhere: href="http://a.b/c.png"',
    ],
    ['a paint of a server', svg('<rect fill="url(http://a.b/#c)"/>'), 'loads something: url(http'],
    ['a stylesheet of a server', svg('<style>@import "http://a.b"</style>'), 'loads something: @import'],
    ['a hidden address', svg('<style><![CDATA[a{b:u\\72l(http://a.b)}]]></style>'), 'loads something: \\72l'],
    [
      'a stylesheet beside it',
      Buffer.from('<?xml-stylesheet href="a"?><svg xmlns="http://www.w3.org/2000/svg"/>'),
      'has <?xml-stylesheet?>',
    ],
    [
      'entities',
      Buffer.from('<!DOCTYPE svg [<!ENTITY a "b">]><svg xmlns="http://www.w3.org/2000/svg"/>'),
      'declares entities',
    ],
    ['another root', Buffer.from('<html xmlns="http://www.w3.org/1999/xhtml"/>'), 'the element html'],
    ['no namespace', Buffer.from('<svg/>'), 'its root is no svg element'],
    ['no XML', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><g></svg>'), 'the file is no SVG: '],
    ['nothing', Buffer.from(''), 'the file is no SVG: '],
    ['UTF-16', Buffer.from('\uFEFF<svg/>', 'utf16le'), 'the file is no SVG: it is not UTF-8'],
  ])('may not have %s', (_, bytes, problem) => {
    expect(problemOf(bytes)).toContain(problem)
  })
})
