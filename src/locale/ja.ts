/** Japanese text of a report. */

import type { CellChange } from '../claims/basis.ts'
import { mostRuns } from '../claims/changewords.ts'
import { editedFiles, lineGroups, mostUses } from '../claims/reasons.ts'
import { totalOf } from '../claims/uses.ts'
import type { UnitName } from '../stats/clusters.ts'
import type { PairingName } from '../stats/pairing.ts'
import { code, strong } from '../text/markdown.ts'
import type { Messages } from './en.ts'

const units: Readonly<Record<UnitName, string>> = {
  trial: '試行',
  boot: '起動',
  row: '行',
  unit: '反復の単位',
}
const pairings: Readonly<Record<PairingName, string>> = {
  'paired by unit': '反復の単位どうしを対にする',
  'independent units': '反復の単位は互いに独立',
  'partly paired by unit': '一部だけ反復の単位を対にする',
  'paired by boot': 'シードが同じ起動どうしを対にする',
  'independent boots': '起動は互いに独立',
  'partly paired by boot': 'シードが同じセルだけ起動を対にする',
}

const verdictNames = {
  reproduced: '再現された',
  'not reproduced': '再現されない',
  inconclusive: '判定できない',
  'not testable': '検証できない',
  'not run': '実行していない',
}

const evidenceTexts: Readonly<Record<CellChange['type'], (date: string) => string>> = {
  rows: (date) =>
    `根拠が弱い：入力は${date}の記録と同じで修正も記録されていないのに、行が異なる（新しい実行は判定とともに記録されるため、手で変えられたものである）`,
  inputs: (date) => `${date}の記録とは入力が異なる実行`,
  data: (date) =>
    `根拠が弱い：${date}の記録とはデータが異なる（再実行できないため、変えた人にしか理由がわからない）`,
  trials: (date) => `根拠が弱い：${date}の記録より試行が少ない`,
  boots: (date) => `根拠が弱い：${date}の記録より起動が少ない`,
  excluded: (date) => `根拠が弱い：${date}の記録より多くの行が除外されている`,
  values: (date) => `根拠が弱い：${date}の記録より値が少ない`,
}

export const japanese: Messages = {
  table: (number) => `表${number}`,
  figure: (number) => `図${number}`,
  equation: (number) => `式${number}`,
  listing: (number) => `リスト${number}`,
  section: (number) => `${number}節`,
  sectionNamed: (words) => `「${words}」の節`,
  part: (label, letter) => `${label}${letter}`,
  letter: (letter) => `(${letter})`,
  equationNumber: (number) => `(${number})`,
  caption: (label) => `${label}　`,
  noFloat: (id) => `@${id}（該当するものがない）`,
  callouts: { note: '注記', tip: 'ヒント', important: '重要', warning: '警告', caution: '注意' },

  origins: {
    emulated: 'エミュレート',
    hardware: '実機',
    local: 'ローカル',
    data: 'データ・再実行なし',
    published: '公表値',
  },
  mark: (origins, isStale, isEdited = false) =>
    `${origins.join('＋')}${isStale ? '・要更新' : ''}${isEdited ? '・手で修正' : ''}`,
  publishedIn: (table, file) => `公表値${table === undefined ? '' : `、${table}`}（${file}）`,
  subtitle: (mark, environments) => [mark, environments.join('、')].filter(Boolean).join('：'),
  excluded: (exclusions) => exclusions.map(({ reason, count }) => `${count}（${reason}）`).join('、'),
  missing: (runs) => `未実行：${runs.join('、')}`,
  missingNote: (run) => `未実行：${run}`,
  stale: (run, reason) => `要更新：${run}：${reason}`,
  staleNote: (run, reason) => `要更新（現在の本文と合わない実行）：${run}：${reason}`,
  error: (message) => `誤り：${message}`,
  missingPicture: (what) => `画像がない：${what}`,
  run: (name) => `実行 ${name}`,

  banner: {
    title: '数値の出所',
    explanations: {
      emulated: 'エミュレートしたボード上で測定した値であり、実機での時間ではない',
      hardware: '実機で測定した値である',
      local: '本レポートを生成した計算機で測定した値である',
      data: 'ファイルから読んだ値であり、本レポートのために再実行されていない',
    },
    all: (origin, explanation) => ['本実験の数値はすべて「', strong(origin), `」である：${explanation}。`],
    some: (runs, origin, explanation) => [
      `${runs}回の実行の数値は「`,
      strong(origin),
      `」である：${explanation}。`,
    ],
    data: (files, origin, explanation) => [
      `${files.join('、')}の数値は「`,
      strong(origin),
      `」である：${explanation}。`,
    ],
    noRuns: '実行結果はまだない。',
    runs: (runs, { here, record }, where) => {
      const parts = [
        ...(here > 0 ? [`実行済み・未記録${here}`] : []),
        ...(record > 0 ? [`記録済み${record}`] : []),
      ]
      const history = parts.length === 0 ? '' : `（${parts.join('、')}）`
      return `数値は${runs}回の実行${history}による：${where}。`
    },
    where: (experiment, environments) =>
      `${experiment}（${environments.map(([name, patterns]) => `${name}：${patterns}パターン`).join('、')}）`,
    wheres: (experiments) => experiments.join('、'),
    missing: (runs) => `未実行${runs.length}件：${runs.join('、')}。`,
    excluded: (runs) => `統計から行が除外された実行${runs.length}件：${runs.join('；')}。`,
    edited: (runs) => `行が手で修正された実行${runs.length}件：${runs.join('；')}。`,
    stale: (runs) =>
      `要更新${runs.length}件（現在の本文と合わない実行）：${runs.map(([run, reason]) => `${run}：${reason}`).join('；')}。`,
    changed: (claims) => `記録と異なる主張：${claims.join('、')}。`,
  },

  page: {
    skip: '本文へ',
    abstract: '概要',
    contents: '目次',
    translations: '他の言語',
    authors: '、',
    affiliation: (name) => `（${name}）`,
    footnotes: '脚注',
    backToText: '本文へ戻る',
    tableOnPage: (page) => `表は${page}ページにある。`,
    orcid: (name) => `${name}のORCID iD`,
    keywords: 'キーワード',
    license: 'ライセンス',
    doi: 'DOI',
    fact: (term) => `${term}：`,
    list: (words) => words.join('、'),
    code: (language) => (language === '' ? 'コード' : `${language}のコード`),
    formula: '数式',
    cite: '引用する',
  },

  drawn: {
    summary: (label) => `${label}のデータ`,
    rows: (dataset, rows, shown) => `${dataset}：${rows}行${shown < rows ? `（うち最初の${shown}行）` : ''}`,
    rowsOf: (label, dataset) => `${label}の行：${dataset}`,
    specification: '図の定義（Vega-Lite）',
    specificationOf: (label) => `${label}の定義`,
  },

  reader: {
    download: 'ダウンロード：',
    downloadOf: '{}をダウンロード：',
    show: '表示：',
    specification: 'Vega-Lite',
    more: '全{}行を表示',
    select: '左から右への選択：',
    selectFrom: '{}、選択の始まり',
    selectTo: '{}、選択の終わり',
    selected: '{}個（下の表）',
    search: 'このページ内を検索',
    found: '{}件',
    tooShort: '英字は2文字以上を入力してください',
    linkTo: '{}へのリンク',
    copy: 'コピー',
    copied: 'コピーしました',
    dark: '暗い配色',
    toContents: '目次へ戻る',
    enlarge: '{}を拡大',
    larger: 'さらに拡大',
    smaller: '縮小',
    close: '閉じる',
  },

  provenance: {
    title: '来歴',
    madeBy: '生成',
    document: '文書',
    original: '原文',
    runs: '実行',
    digestOf: (path, digest) => `${path}、SHA-256 ${digest}`,
    edits: '手で修正された行',
    data: '再実行されていないデータ',
    dataDigest: (file, digest, rows, source) =>
      `${file}、${rows}行、SHA-256 ${digest}${source === undefined ? '' : `（${source}）`}`,
    runsDigest: (runs, digest) => `${runs}件、名前・キー・生ファイルのSHA-256 ${digest}`,
    howToRender: (build) => ['このページを生成するには ', code(build), ' を実行する。'],
    howTo: (build, rerun) => [
      '記録済みの実行からこのページを生成するには ',
      code(build),
      '、すべての実験を再実行してその結果から生成するには ',
      code(rerun),
      ' を実行する。',
    ],
  },

  concerns: {
    governor: (experiment, governors) =>
      `${experiment}の計測時のCPUガバナーは${governors.join('、')}で、performanceではない：時間は周波数に左右される。`,
    elsewhere: (experiment, processors, patterns) =>
      `${experiment}${patterns === undefined ? '' : `（${patterns.join('、')}）`}の計測中、ほかのプログラムが` +
      `最大${processors}個分のプロセッサを使っていた：時間は長すぎるかもしれない。`,
  },
  experiment: {
    title: (id) => ['実験 ', code(id)],
    inlineScript: '下記のスクリプト',
    dataTitle: (id) => ['データ ', code(id)],
    notRerun: '再実行なし',
    dataSize: (files, rows, unit) =>
      `${files.join('、')}・${rows}行（${unit === undefined ? '各行を独立な観測とする' : `${unit}を反復の単位とする`}）`,
    size: (environments, patterns, trials, boots) =>
      `${environments}環境、${patterns}パターン、各${trials}試行${boots > 1 ? `（${boots}回の起動に分割）` : ''}`,
    cells: (id) => `${id}のセル`,
    heads: {
      environment: '環境',
      pattern: 'パターン',
      trials: '試行数',
      excluded: '除外した行',
      origin: '出所',
      key: 'キー',
      files: '生ファイル（SHA-256）',
    },
    bytes: (count) => `${count}バイト`,
  },

  claim: {
    name: (id) => `${id}　`,
    verdicts: verdictNames,
    published: '公表値',
    recorded: '記録',
    thisRun: '今回の実行',
    why: '理由',
    note: '注記',
    restsOn: '根拠',
    shownIn: '参照',
    fragile: (half, twice) => `許容範囲に左右される：半分では「${half}」、2倍では「${twice}」`,
    measured: (numbers, origins) => `${numbers.join('、')}（${origins.join('＋')}）`,
    since: '記録との差',
    history: '経緯',
    changes: {
      verdict: (verdict) => (verdict === 'not run' ? '実行していない' : verdictNames[verdict]),
      added: '判定の記録より後に加えられた',
      weaker: (before, now, date) => `${date}の記録より弱い：「${before}」から「${now}」になった`,
      better: (before, now, date) => `${date}の記録より強い：「${before}」から「${now}」になった`,
      under: (condition, change) =>
        `条件「${condition === 'as stated' ? '主張のとおり' : condition}」では${change}`,
      changed: (changes, date) => `${date}の記録の後に定義が変わった：${changes}`,
      field: (name, before, now) => `${name} ${before} → ${now}`,
      partAdded: (name) => `${name}の追加`,
      partRemoved: (name) => `${name}の削除`,
      partChanged: (name) => `${name}の変更`,
      fieldAdded: (name, now) => `${name}の追加：${now}`,
      fieldRemoved: (name, before) => `${name}の削除：${before}`,
      lost: (name, cells) => `${name}から${cells.join('、')}が除かれた`,
      gained: (name, cells) => `${name}に${cells.join('、')}が加わった`,
      byDefinition: (verdict, reason) =>
        `変わった定義が判定を決めている。記録された定義では「${verdictNames[verdict]}」：${reason}`,
      otherStatement: '記録とは別のことを述べて成り立つ：検定がそれに合うかは著者しか言えない',
      edited: (date) => `${date}の記録のときと違い、手で編集された行に基づく`,
      lostEdits: (edits, date) => `${date}に記録された手による修正が示されなくなった：${edits.join('；')}`,
      evidence: (type, runs, date) =>
        `${evidenceTexts[type](date)}：${listed(runs.slice(0, mostRuns), runs.length - mostRuns, '件')}`,
      run: (run, before, now) => `${run} ${before} → ${now}`,
      numbers: (before, now) => `数値 ${before.join('、')} → ${now.join('、')}`,
      editsCame: (edits) => `行が手で修正された：${edits.join('；')}`,
      editsWent: '手で修正された行に基づかなくなった',
      moved: (numbers) => `数値が動いた：記録では${numbers.join('、')}`,
      earlier: (date, changes) => `${date}に変更：${changes}`,
      absent: (from, until) => `${from}から${until}まで主張されていなかった`,
      removed: (id, verdict, date, statement) =>
        `記録の後に除かれた：${id}（${date}の記録では「${verdict}」）：${statement}`,
      list: (items) => items.join('；'),
    },
    phrases: {
      published: (number, source) => `${number}（${source}）`,
      under: (label) => (label === undefined ? '主張のとおり' : `条件：${label}`),
      control: (label) => `対照：${label}`,
      verdictFor: (verdict, why) => `${verdict}：${why}`,
      numbers: (numbers) => numbers.join('、'),
      shifted: (shift, ratio) => `${shift}、平均の比 ${ratio} : 1`,
      between: (low, high) => `${low}以上${high}以下`,
      atLeast: (low) => `${low}以上`,
      above: (low) => `${low}より大きい`,
      atMost: (high) => `${high}以下`,
      below: (high) => `${high}より小さい`,
      anything: '制限なし',
      byHand: (limit) => `${limit}（許容幅は人が選んだもの）`,
      agrees: (limit, samples, refuted, detectable) =>
        `${limit}（公表値だけによる95 %区間：${samples.join('と')}）。${refuted}${detectable === undefined ? '' : `。${detectable}`}`,
      refuted: (limit, from) =>
        `「再現されない」とするのは95 %予測区間（${limit}）の外だけであり、この区間は${from === 'boots' ? '公表されたものより広い本実験の起動のばらつき' : '公表されたばらつき'}による`,
      detectable: (limit) => `真の値が${limit}でなければ、このような研究5回のうち4回で違いがわかる`,
      sample: (n, mean, sd) => `n = ${n}、平均${mean}、標準偏差${sd}`,
      shift: (limit, share) => `ずれが${limit}（第1の系列の中央値の${share} %）`,
      difference: (limit) => `隣り合う値の差がいずれも${limit}`,
      limits: (limits) => limits.join('、'),
      method: {
        ranks: (per) =>
          `2系列の間のHodges–Lehmannのずれと、${counted(per)}を単位とするMann–Whitney検定による95 %区間`,
        means: (per) => `${counted(per)}ごとの平均の2系列の間の差と、Studentの95 %区間`,
        bootstrap: (per, draws) =>
          `BCaブートストラップによる95 %区間（${counted(per)}を単位に${draws}回再抽出）`,
        student: (per) => `${counted(per)}を単位とするジャックナイフの標準誤差によるStudentの95 %区間`,
      },
      paired: (method, pairing) => `${method}（${pairings[pairing]}）`,
      betweenBoots: (share) => `分散の${share} %は起動の間、残りは起動のなかの試行の間のもの`,
      halving: ([boots, moreBoots], [trials, moreTrials]) =>
        `区間の幅を半分にするには${moreBoots}回の起動（現在${boots}回）${moreTrials === undefined ? 'が必要で、起動あたりの試行を増やしても足りない' : `、または起動あたり${moreTrials}回の試行（現在${trials}回）が必要`}`,
      oneBoot: '1回の起動では起動の間のばらつきがわからない：次の実行では起動を増やすべきである',
      serial: (lags, n, effective, boots) =>
        `隣り合う試行の自己相関は${lags.join('から')}、${n}回の試行は少なくとも独立な${effective}回に相当する（${boots > 1 ? '起動を単位とするため用いていない' : 'その分だけ区間を広げている'}）`,
      methods: (methods, numbers, strict) =>
        `${methods.join('、')}${numbers > 1 ? `（${numbers}個の数値がすべて範囲に含まれれば再現されたとし、どれかが範囲の外にあるかは${strict} %区間で判定する：Bonferroni）` : ''}`,
    },
    reasons: {
      inside: (count, all) => `${position(count, all)}主張の許す範囲に含まれる`,
      outside: (count, all) => `${position(count, all)}主張の許す範囲の外にある`,
      undefined: (per) => `${units[per]}の抽出によっては値が定まらない`,
      near: '値が限界に近すぎ、試行をいくら増やしても判定できない',
      severalNumbers: (numbers, level) =>
        `許す範囲の外にある区間があるが、${numbers}個の数値では偶然にも起こる：${level} %区間は外にない`,
      skewed: (isInside, level) =>
        `95 %区間は許す範囲の${isInside ? '中' : '外'}にあるが、少ない起動の平均は分布が歪みうるため${level} %区間で判定し、それは境界をまたぐ`,
      denominator: '比の分母が0でありうるほどばらつくため、比に上限がない',
      tail: (count, needed, per) =>
        Number.isFinite(needed)
          ? `${count}回の${units[per]}ではこれほど端の分位数の限界がわからない：少なくとも${needed}回必要`
          : `${units[per]}をいくら増やしても最大値・最小値の限界はわからない`,
      unsettled:
        '値は公表値の95 %区間の外にあるが、同じ分布による新しい実行なら取りうる：一致とも不一致ともいえない',
      few: (count, needed, per) =>
        `区間を求めるには${units[per]}が足りない：${count}回（少なくとも${needed}回必要）`,
      open: (count, needed, per) =>
        `区間が主張の許す範囲の境界をまたぐ：約${needed}回の${units[per]}が必要であり、実際は${count}回である`,
      orTrials: (open, needed, count) =>
        Number.isFinite(needed)
          ? `${open}（起動あたり約${needed}回の試行でもよく、実際は${count}回である）`
          : `${open}（起動どうしが異なるため、起動あたりの試行を増やしても足りない）`,
      under: (reason, count) => `${reason}（ほかの${count}つの条件でも同じ）`,
      flips: (states) =>
        `判定が条件によって変わる：${states.map(({ label, verdict, side }) => `${label ?? '主張のとおり'}では「${verdictNames[verdict]}」${side === undefined ? '' : side === 'below' ? '（小さすぎる）' : '（大きすぎる）'}`).join('、')}`,
      notRun: 'この文書はそのようなセルを実行しない',
      controlHolds: (label) => `対照でも同じ判定になる：${label}でも検定が成り立つ`,
      controlUnclear: (label, why) =>
        `対照では区別できない：${label}では同じ検定が「${verdictNames.inconclusive}」となる（${why}）`,
      controlApart: (reason, label) =>
        `${reason}。対照は「${verdictNames.inconclusive}」だが、その区間は主張の区間と離れている：${label}`,
      controlUntested: (label, why) => `対照を判定できない：${label}（${why}）`,
      missing: (runs) => `未実行：${runs.join('、')}`,
      skipped: (why) => `対象外：${why}`,
      stale: (run, why) => `要更新：${run}（${why}）`,
      failed: (message) => `判定できない：${message}`,
      constant: '値にばらつきがなく、区間は1点である',
      fromData: (verdict) => `${verdict}（再実行されていないデータによる）`,
      data: ({ file, rows, sha256, unit }) =>
        `${file}、SHA-256 ${sha256.slice(0, 12)}…：${rows}行、${unit === undefined ? '各行を独立な観測とする' : `${unit}を反復の単位とする`}`,
      byEdits: (verdict) => `${verdict}（手で修正された行による）`,
      edits: ({ run, edits }) =>
        `${run}：${edits.map(({ author, date, reason, files }) => `${date}に${author}が修正した：${reason}${editedFiles(files, (file, lines) => `${file}の${lines}行目`)}`).join('；')}`,
      repeated: (run, { operation, rows, repeated, lines, copies }) =>
        copies
          ? `${run}の${operation === '' ? '' : `${operation}の`}${rows}行のうち${repeated}組が、${copies.measure}で${copies.difference === 0 ? '一致する' : `ちょうど${copies.difference}${copies.unit}異なる`}。偶然では説明できない。書き換えた写しである`
          : `${run}の${operation === '' ? '' : `${operation}の`}${rows}行のうち${repeated}行が、全ての測定値で他の行と同じである。偶然では説明できない（rows.csvの行：${lineGroups(lines).join('；')}）`,
      noShape:
        '形に関する主張はボードの速さに依存してはならない：比か順序を比べるか、scopeをabsoluteにする必要がある',
      noHardware: () => '実機での実行がない：公表された機械の時間については何も言えない',
      noMachine: '公表された時間がどの機械のものかを主張が述べていない',
      notCaptured: (run, item, published) => `${run}は${item}を記録していない（公表：${published}）`,
      otherMachine: (run, item, captured, published) =>
        `別の機械である：${run}の${item}は${captured}、公表されたものは${published}`,
      extremes: (names) =>
        `${names.join('と')}：観測された最大値・最小値は何の限界も示さず、試行を増やせばさらに広がる`,
      point: '試行にばらつきがない：区間は一点であり、別の起動やボードについては何も示さない',
      used: (series, { n, rows, excluded }) => {
        const absent = rows - n - totalOf(excluded)
        const parts = [
          ...excluded.map(({ reason, count }) => `${count}行を除外：${reason}`),
          ...(absent > 0 ? [`${absent}行に値がない`] : []),
        ]
        return `${series}は${rows}行のうち${n}行（${parts.join('、')}）`
      },
      partly: (uses) => `用いた行：${listed(uses.slice(0, mostUses), uses.length - mostUses)}`,
      excluded: (uses) =>
        `行の5分の1以上が除外されており、主張を否定する行かもしれない：${listed(uses.slice(0, mostUses), uses.length - mostUses)}`,
      series: (what, run) => `${run}の${what}`,
      warnings: {
        outlying: (series, count, all) => `${series}（${all}個中${count}個）`,
        drifting: (series, step) => `${series}（1試行あたり${step}）`,
        outliers: (series, more) => `外れ値がある（他の値と同じく数えている）：${listed(series, more)}`,
        drifts: (series, more) =>
          `試行を追って値が変化していくとみられ、区間が狭すぎるおそれがある：${listed(series, more)}`,
      },
    },

    table: {
      claim: '主張',
      says: '内容',
      verdict: '判定',
      isRecorded: '記録と同じ',
      changed: (verdict) => `${verdict}（記録と異なる）`,
      note: '角括弧内は95 %区間の両端。判定は、今回の実行があればそれに、なければ記録済みの実行による。',
    },

    detail: {
      summary: (id) => `${id}の判定方法`,
      allowed: '許容範囲',
      interval: '区間',
      spread: 'ばらつき',
      serial: '自己相関',
      reads: '用いる値',
      environment: '環境',
      list: (names) => names.join('、'),
      machine: (environment, captured) => `${environment}（${captured.join('、')}）`,
      machines: (machines) => machines.join('、'),
      heads: { cell: 'セル', n: 'n', key: 'キー', rows: '行' },
      madeHere: '未記録',
      distributions: (id) => `${id}の分布`,
      notDrawn: (series) => `系列が${series}個あり区別できないため、分布は図示しない。`,
      drawing: (id, origin, series) =>
        `${id}：その時間以内に終わった試行の割合（${origin}）：${series.join('、')}`,
      largest: (what) => `${what}の最大値`,
      otherCells: (cells) => `他の${cells}個のセルも同様に調べられる。`,
    },
  },

  distribution: {
    time: '時間',
    value: '値',
    axis: (what, unit, isLogarithmic) => {
      const notes = [...(unit === '' ? [] : [unit]), ...(isLogarithmic ? ['対数軸'] : [])]
      return `${what}${notes.length === 0 ? '' : `（${notes.join('、')}）`}`
    },
    published: '公表値：最小と最大の間の平均◆',
  },

  tables: {
    pattern: 'パターン',
    measure: '測定量',
    excluded: '除外',
    thisRerun: '本実験',
    published: '公表値',
    comparison: '比較',
    share: '割合',
    sum: '合計',
    n: 'n',
    mean: '平均',
    statistics: {
      n: 'n',
      mean: '平均',
      variance: '分散',
      sd: '標準偏差',
      median: '中央値',
      max: '最大',
      min: '最小',
    },
    percentile: (percent) => `${percent} %点`,
    ratio: '比',
    inRange: '範囲内',
    yes: 'はい',
    no: 'いいえ',
    none: 'なし',
    byZero: 'なし（公表値0）',
    list: (names) => names.join('、'),
    comparisonNote:
      '比：本実験の平均を公表された平均で割った値。範囲内：公表された平均が本実験の最小値と最大値の間にあるか。',
    comparisonCount: (inRange, all) => `公表された平均${all}個のうち${inRange}個が本実験の範囲内にある。`,
    otherMeasures: (names) =>
      `単位が異なるか一部の実行にしかないため、この表にない測定量：${names.join('、')}。`,
    excludedNote: (reasons) =>
      `除外した観測（理由別）：${reasons.map(([reason, count]) => `${reason}（${count}件）`).join('、')}。`,
    incomplete: (count) => `すべての段階がそろわない観測${count}件を除いた。`,
    notRerun: (patterns) => `公表されているが再実行していないもの：${patterns.join('、')}。`,
    onlyIn: (environments, patterns) => `${environments.join('、')}のみ：${patterns.join('；')}。`,
    item: '項目',
    host: (number) => (number === undefined ? 'ホスト' : `ホスト${number}`),
    publishedMachine: (machine) => `${machine}（公表）`,
    differs: (environment, item, value, patterns) =>
      `${environment}の${patterns.join('、')}：${item}は「${value}」。`,
    where: '場所',
    parameter: 'パラメータ',
    allPatterns: '全パターン',
    baseline: '基準',
    changed: '変更後',

    effects: {
      shift: 'ずれ',
      from: '下限',
      to: '上限',
      delta: 'Cliffのδ',
      p: 'p（Holm）',
      verdict: '基準との比較',
      verdicts: { changed: '変化あり', unchanged: '変化なし', "can't tell": '判定できない' },
      method:
        'ずれ：典型的な値が基準をどれだけ上回るか（Hodges–Lehmann）とその区間。δ：すべての値が基準を上回れば1、すべて下回れば−1。環境ごとに、pは比較の数に応じて補正し（Holm）、' +
        '区間は95 %区間の誤り率を比較の数で分け合う（Bonferroni）。',
      boots: {
        'paired by boot':
          '起動を単位とし、起動ごとの平均を、シードが同じ起動どうしで対にして比べる。ずれは対の差の平均、区間とpは対応のあるt検定による。',
        'independent boots':
          '起動を単位とし、互いに独立な起動ごとの平均を比べる。ずれは平均の差、区間とpはWelchの方法による。',
      },
      unchanged: (tolerance) =>
        `変化なし：ずれと平均がともに基準の中央値の${tolerance}以内。差が見つからないことは差がないことの証拠ではないので、それ以外は「判定できない」とする。`,
      oneBoot: '比較したのは1回の起動のなかの試行である。起動の間のばらつきについては何も示さない。',
      sentence: (warning) => `${warning}。`,
    },

    recordings: {
      quantity: '公表値',
      recording: '記録',
      operation: '操作',
      phase: '段階',
      before: '変更前',
      after: '変更後',
      alike: '同じ',
      error: '誤差',
      sign: '向き',
      right: '正',
      wrong: '誤',
      rightSigns: '向きが正しい',
      closer: '近いほう',
      absolute: '絶対誤差',
      relative: '相対誤差',
      median: '中央値',
      largest: '最大',
      near: (share) => `${share}以内`,
      ranks: '順位相関',
      quantities: {
        totals: (count) => `全体${count}個`,
        phases: (count) => `段階${count}個`,
        slowdowns: (count) => `比${count}個`,
      },
      errorNote:
        '誤差：本実験の値から公表値を引いた差と、その公表値に対する割合。近いほう：割合ではなく誤差の大きさが小さいほうの記録。差が1 µs（比では0.01）に満たなければ「同じ」とする。',
      summaryNote:
        '誤差は符号を除いた大きさ。比の誤差に単位はない。順位相関：本実験の値と公表値の間のSpearmanの順位相関係数。「以内」「向きが正しい」「近いほう」は個数。' +
        '近いほう：絶対誤差が1 µs（比では0.01）以上小さいほうの記録。',
      slowdownNote: (band) =>
        `比：基準の平均に対する平均の比。基準自身の比は定義により1なので除く。本実験の値と公表値が、ともに1を${band}を超えて上回る、ともに${band}を超えて下回る、` +
        'またはともにその間にあるとき、向きが正しい。',
      counts: (environment, { before, after, alike }) =>
        `${environment}：変更後のほうが近いもの${after}個、変更前のほうが近いもの${before}個、同じもの${alike}個。`,
    },

    validity: {
      reference: (name) => `参照：${name}`,
      standIn: (name) => `実機の代用：${name}`,
      notYet: (name) => `${name}での実行はまだない`,
      environment: 'この環境',
      centres: { mean: '平均', median: '中央値' },
      error: '誤差',
      share: '相対値',
      sign: '向き',
      signs: {
        time: { more: '長すぎる', less: '短すぎる' },
        other: { more: '大きすぎる', less: '小さすぎる' },
      },
      effect: '効果',
      agrees: (sign) => `一致（${sign}）`,
      opposite: '逆',
      unknown: '判定できない',
      overPatterns: 'パターン全体',
      ranks: '順位相関',
      patterns: 'パターン数',
      standInNote: (name, origins) =>
        `${name}は実機ではない（${origins}）。まだ測定していない実機の代わりに置いたものであり、この表は、これらの数値が実機の値にどれだけ近いかを示さない。`,
      errorNote: (centre) =>
        `誤差：${centre}が参照の${centre}を上回る（負ならば下回る）割合。下限・上限：個々の95 %区間。起動が複数あれば起動を単位とし、シードが同じセルの起動は対にする。` +
        '向き：区間が0を含まないときのみ示す。',
      effectNote:
        '効果：基準からの変化の向きが参照での向きと同じか。差の区間の少なくとも一方が0を含むときは「判定できない」とする。',
      ranksNote: (fewest) =>
        `順位相関：パターンごとの値と参照での値の間のSpearmanの順位相関係数（${fewest}パターン以上のとき）。「パターン数」は両方にあるものの数。`,
    },
  },

  references: {
    title: '参考文献',
    noEntry: (key) => `@${key}（該当する文献がない）`,
    and: ', ',
    others: '他',
    editors: () => '（編）',
    inside: '',
    edition: (edition) => (/^\d+$/.test(edition) ? `第${edition}版` : edition),
    accessed: (date) => `${date} 閲覧`,
    version: (version) => (/^\d/.test(version) ? `バージョン${version}` : version),
    beforeChrist: (date) => `紀元前${date}${/^\d+$/.test(date) ? '年' : ''}`,
    about: (date) => `${date}${/^\d+$/.test(date) ? '年' : ''}頃`,
    season: (season, year) => `${year}年${season}`,
    seasons: ['春', '夏', '秋', '冬'],
    states: {
      inpreparation: '準備中',
      submitted: '投稿中',
      forthcoming: '近刊',
      inpress: '印刷中',
      prepublished: '先行公開',
    },
    genres: {
      phdthesis: '博士論文',
      mathesis: '修士論文',
      bathesis: '学士論文',
      candthesis: '学位論文',
      techreport: '技術報告',
      resreport: '研究報告',
      patent: '特許',
      patentde: 'ドイツ特許',
      patenteu: '欧州特許',
      patentfr: 'フランス特許',
      patentuk: '英国特許',
      patentus: '米国特許',
    },
  },
}

function counted(per: readonly UnitName[]): string {
  return per.map((one) => units[one]).join('と')
}

function listed(names: readonly string[], more: number, noun = '系列'): string {
  return [...names, ...(more > 0 ? [`ほか${more}${noun}`] : [])].join('、')
}

/** Subject of a sentence about intervals. */
function position(count: number, all: number): string {
  if (all === 1) return '区間は'
  return count < all ? `${all}個の区間のうち${count}個が` : `${all}個の区間がいずれも`
}
