/** Default look of figures: quiet axes, and series distinguished by colour *and* shape. */

import type { Config } from 'vega-lite'

/**
 * The palette of Okabe and Ito, "Color Universal Design" (2008), without yellow, which vanishes on white.
 * Seven colours and six shapes cycle independently, so 42 series have distinct marks.
 */
const colors = ['#0072b2', '#e69f00', '#009e73', '#d55e00', '#56b4e9', '#cc79a7', '#000000']
const shapes = ['circle', 'square', 'triangle-up', 'diamond', 'cross', 'triangle-down']

export const ink = '#333333'
export const font =
  'Helvetica, Arial, "Liberation Sans", "Hiragino Sans", "Yu Gothic", Meiryo, "Noto Sans CJK JP", sans-serif'

export const theme: Config = {
  background: '#ffffff',
  padding: 6,
  font,
  axis: {
    labelColor: ink,
    titleColor: ink,
    labelFontSize: 12,
    titleFontSize: 12,
    titleFontWeight: 'normal',
    titlePadding: 8,
    labelLimit: 240,
    domainColor: '#888888',
    tickColor: '#888888',
    gridColor: '#e6e6e6',
  },
  header: { labelColor: ink, titleColor: ink, labelFontSize: 12, labelFontWeight: 'bold' },
  legend: {
    labelColor: ink,
    titleColor: ink,
    labelFontSize: 12,
    titleFontSize: 12,
    titleFontWeight: 'normal',
    labelLimit: 260,
    symbolStrokeWidth: 1.5,
  },
  title: {
    color: ink,
    anchor: 'start',
    fontSize: 13,
    subtitleColor: '#666666',
    subtitleFontSize: 12,
    subtitlePadding: 4,
    offset: 12,
  },
  view: { stroke: '#cccccc' },
  range: { category: colors, symbol: shapes },
}
