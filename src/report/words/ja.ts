/** Everything that a report itself says, in Japanese. */

import type { Words } from './en.ts'

const units = { trial: '試行', boot: '起動' }

function intervals(count: number, all: number): string {
  if (all === 1) return '区間は'
  return count === all ? `${all}個の区間はすべて` : `${all}個の区間のうち${count}個は`
}

export const japanese: Words = {
  table: (number) => `表${number}`,
  figure: (number) => `図${number}`,
  caption: (label) => `${label}　`,
  noExhibit: (id) => `@${id}（該当する図表がない）`,

  origins: { emulated: 'エミュレート', hardware: '実機', local: 'ローカル' },
  mark: (origins, isStale) => `${origins.join('＋')}${isStale ? '・要更新' : ''}`,
  subtitle: (mark, environments) => `${mark}：${environments.join('、')}`,
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
    },
    all: (origin, explanation) => ['本実験の数値はすべて「', origin, `」である：${explanation}。`],
    some: (runs, origin, explanation) => [`${runs}回の実行の数値は「`, origin, `」である：${explanation}。`],
    noRuns: '実行結果はまだない。',
    runs: (runs, { executed, recorded }, where) => {
      const parts = [
        ...(executed > 0 ? [`今回実行${executed}`] : []),
        ...(recorded > 0 ? [`記録済み${recorded}`] : []),
      ]
      const history = parts.length === 0 ? '' : `（${parts.join('、')}）`
      return `数値は${runs}回の実行${history}による：${where}。`
    },
    where: (experiment, environments) =>
      `${experiment}（${environments.map(([name, patterns]) => `${name}：${patterns}パターン`).join('、')}）`,
    wheres: (experiments) => experiments.join('、'),
    missing: (runs) => `未実行${runs.length}件：${runs.join('、')}。`,
    stale: (runs) =>
      `要更新${runs.length}件（現在の本文と合わない実行）：${runs.map(([run, reason]) => `${run}：${reason}`).join('；')}。`,
  },

  page: {
    skip: '本文へ',
    abstract: '概要',
    contents: '目次',
    editions: '他の言語',
    authors: '、',
    affiliation: (name) => `（${name}）`,
    footnotes: '脚注',
    backToText: '本文へ戻る',
  },

  provenance: {
    title: '来歴',
    madeBy: '生成',
    document: '文書',
    original: '原文',
    runs: '実行',
    digestOf: (path, digest) => `${path}、SHA-256 ${digest}`,
    runsDigest: (runs, digest) => `${runs}件、名前・キー・生ファイルのSHA-256 ${digest}`,
    howTo: (build, rerun) => [
      '記録済みの実行からこのページを生成するには ',
      build,
      '、すべての実験を再実行してその結果から生成するには ',
      rerun,
      ' を実行する。',
    ],
  },

  experiment: {
    title: (id) => ['実験 ', id],
    inlineScript: '下記のスクリプト',
    size: (environments, patterns, trials) => `${environments}環境、${patterns}パターン、各${trials}試行`,
    cells: (id) => `${id}のセル`,
    heads: {
      environment: '環境',
      pattern: 'パターン',
      trials: '試行数',
      origin: '出所',
      key: 'キー',
      files: '生ファイル（SHA-256）',
    },
    bytes: (count) => `${count}バイト`,
  },

  claim: {
    name: (id) => `${id}　`,
    verdicts: {
      reproduced: '再現された',
      'not reproduced': '再現されない',
      inconclusive: '判定できない',
      'not testable': '検証できない',
    },
    published: '公表値',
    recorded: '記録',
    thisRun: '今回の実行',
    why: '理由',
    note: '注記',
    shownIn: '参照',
    detail: {
      title: (id) => `${id}の判定の方法`,
      allowed: '許容範囲',
      interval: '区間',
      reads: '参照する系列',
      environment: '環境',
      heads: { cell: 'セル', n: 'n', key: 'キー', rows: '行' },
      madeHere: '本レポートのために実行',
      notDrawn: (series) => `系列が${series}個あり区別できないため、分布は図示しない。`,
      distributions: (id) => `${id}の分布`,
      way: (command) => [
        '数値から記録へ：rows.csvの1行は1試行の1操作である。記録済みの実行のトレースは保存せず、そのダイジェストだけを保存する。',
        command,
        ' によって再び得られ、エミュレートしたボードでは同じバイト列になる。次のコマンドは、ある試行の各時点と、その前後のレコードを表示するコマンドを示す。',
      ],
      others: (cells) => `ほかの${cells}個のセルも同様に調べられる。`,
    },
    measured: (numbers, origins) => `${numbers.join('、')}（${origins.join('＋')}）`,
    reasons: {
      inside: (count, all) => `${intervals(count, all)}主張の許す範囲に含まれる`,
      outside: (count, all) => `${intervals(count, all)}主張の許す範囲の外にある`,
      undefined: (per) => `${units[per]}の抽出によっては値が定まらない`,
      near: '値が限界に近すぎ、試行をいくら増やしても判定できない',
      few: (trials, needed, per) =>
        `区間を求めるには${units[per]}が足りない：${trials}回（少なくとも${needed}回必要）`,
      open: (trials, needed, per) =>
        `区間が主張の許す範囲の境界をまたぐ：約${needed}回の${units[per]}が必要であり、実際は${trials}回である`,
      skipped: (why) => `対象外：${why}`,
      stale: (run, why) => `要更新：${run}（${why}）`,
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
    },
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
    list: (names) => names.join('、'),
    comparisonNote:
      '比：本実験の平均を公表された平均で割った値。範囲内：公表された平均が本実験の最小値と最大値の間にあるか。',
    comparisonCount: (inRange, all) => `公表された平均${all}個のうち${inRange}個が本実験の範囲内にある。`,
    excludedNote: (reasons) =>
      `除外した観測（理由別）：${reasons.map(([reason, count]) => `${reason}（${count}件）`).join('、')}。`,
    incomplete: (count) => `すべての段階がそろわない観測${count}件を除いた。`,
    notRerun: (patterns) => `公表されているが再実行していないもの：${patterns.join('、')}。`,
    onlyIn: (environments, pattern) => `${environments.join('、')}のみ：${pattern}。`,
    item: '項目',
    host: (number) => (number === undefined ? 'ホスト' : `ホスト${number}`),
    publishedMachine: (machine) => `${machine}（公表）`,
    differs: (environment, item, value, patterns) =>
      `${environment}の${patterns.join('、')}：${item}は「${value}」。`,
    claims: {
      claim: '主張',
      says: '内容',
      recorded: '記録',
      thisRun: '今回の実行',
      verdict: '判定',
      isRecorded: '記録と同じ',
      note: '角括弧内は95 %区間の両端。判定は、今回の実行があればそれに、なければ記録に基づく。',
    },
    effects: {
      shift: '差',
      from: '下限',
      to: '上限',
      delta: 'Cliffのδ',
      p: 'p（Holm）',
      verdict: '基準に対して',
      verdicts: { changed: '変化した', unchanged: '変化なし', "can't tell": '判定できない' },
      shiftNote:
        '差：典型的な値が基準の値をどれだけ上回るか（Hodges–Lehmann推定量）とその区間。δ：すべての値が上回れば1、すべて下回れば−1。各環境で、pは比較の数について補正し（Holm）、区間は95 %区間を比較の数で分けたものである（Bonferroni）。',
      unchangedNote: (tolerance) =>
        `変化なし：差と平均が基準の中央値の${tolerance}以内。見つからなかったことは、ないことの証拠ではない。その場合は「判定できない」と記す。`,
      bootsNote: '1回の起動のなかの試行どうしを比較した。起動の間のばらつきについては何も示さない。',
    },
    where: '場所',
    parameter: 'パラメータ',
    baseline: '基準',
    changed: '変更後',
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
    genres: {
      phdthesis: '博士論文',
      mathesis: '修士論文',
      bathesis: '学士論文',
      candthesis: '学位論文',
      techreport: '技術報告',
      resreport: '研究報告',
    },
  },
}
