// Writes repro-VERSION.vsix here: an archive as the Open Packaging Conventions have it, which editors install.

import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { zipSync } from 'fflate'

const here = (path) => fileURLToPath(new URL(path, import.meta.url))
const { name, displayName, description, version, publisher, engines } = JSON.parse(
  readFileSync(here('package.json'), 'utf8'),
)

const { outputFiles } = await build({
  entryPoints: [here('src/extension.mts')],
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  external: ['vscode'],
  minify: true,
  legalComments: 'inline',
  outfile: 'extension.js',
  write: false,
})

const manifest = `<?xml version="1.0" encoding="utf-8"?>
<PackageManifest Version="2.0.0" xmlns="http://schemas.microsoft.com/developer/vsx-schema/2011">
  <Metadata>
    <Identity Language="en-US" Id="${name}" Version="${version}" Publisher="${publisher}"/>
    <DisplayName>${displayName}</DisplayName>
    <Description xml:space="preserve">${description}</Description>
    <Categories>Programming Languages,Linters</Categories>
    <Properties><Property Id="Microsoft.VisualStudio.Code.Engine" Value="${engines.vscode}"/></Properties>
    <License>extension/LICENSE.txt</License>
  </Metadata>
  <Installation><InstallationTarget Id="Microsoft.VisualStudio.Code"/></Installation>
  <Dependencies/>
  <Assets>
    <Asset Type="Microsoft.VisualStudio.Code.Manifest" Path="extension/package.json" Addressable="true"/>
    <Asset Type="Microsoft.VisualStudio.Services.Content.Details" Path="extension/README.md" Addressable="true"/>
    <Asset Type="Microsoft.VisualStudio.Services.Content.License" Path="extension/LICENSE.txt" Addressable="true"/>
  </Assets>
</PackageManifest>
`
const types = ['json', 'js', 'md', 'txt', 'vsixmanifest']
const contentTypes = `<?xml version="1.0" encoding="utf-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">${types
  .map((type) => `<Default Extension=".${type}" ContentType="text/plain"/>`)
  .join('')}</Types>
`
const bytes = (text) => new TextEncoder().encode(text)
const files = {
  '[Content_Types].xml': bytes(contentTypes),
  'extension.vsixmanifest': bytes(manifest),
  'extension/package.json': readFileSync(here('package.json')),
  'extension/extension.js': outputFiles[0].contents,
  'extension/README.md': readFileSync(here('README.md')),
  'extension/LICENSE.txt': readFileSync(here('../../LICENSE')),
}
// The same bytes each time.
const archive = zipSync(files, { mtime: '2000-01-01T00:00:00' })
const file = process.argv[2] ?? here(`${name}-${version}.vsix`)
writeFileSync(file, archive)
console.log(file)
