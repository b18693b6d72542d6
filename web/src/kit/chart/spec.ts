// SPDX-License-Identifier: Apache-2.0
/** What a chart says, apart from how it is drawn: the same spec gives the picture, its table and its sentence. */
import type { Tone } from '../tones'

/** The four status colours, the accent, and a pale one for what asks nothing. */
export type ChartTone = Tone | 'blank'
export interface Series {
  name: string
  tone: ChartTone
  /** One a label; null: nothing to divide by. */
  values: (number | null)[]
  /** A rate drawn as a line on an axis of its own, 0 to 100. */
  rate?: boolean
  /** Bars of one stack stand on each other. */
  stack?: string
}
export interface ChartSpec {
  labels: string[]
  series: Series[]
  /** Bars lie: for long labels. */
  lying?: boolean
  /** Room for lying labels, in pixels. */
  labelWidth?: number
  /** Every value is a percentage. */
  percent?: boolean
}
/** Colours as the kit's tokens give them at this moment. */
export interface Ink {
  text: string
  line: string
  surface: string
  font: string
  tones: Record<ChartTone, string>
}

export const showValue = (spec: ChartSpec, s: Series, value: number | null): string => (value === null ? '–' : s.rate || spec.percent ? `${value}%` : String(value))
/** In per cent with one decimal; null when there is nothing to divide by. */
export const rateOf = (part: number, whole: number): number | null => (whole ? Math.round((part * 1000) / whole) / 10 : null)
export const isBlank = (spec: ChartSpec): boolean => !spec.labels.length || spec.series.every((s) => s.values.every((v) => !v))

/** The picture as ECharts wants it. */
export function chartOption(spec: ChartSpec, ink: Ink): Record<string, unknown> {
  const hasRate = spec.series.some((s) => s.rate)
  const text = { color: ink.text, fontFamily: ink.font, fontSize: 12 }
  const value = (max?: number, unit = ''): Record<string, unknown> => ({
    type: 'value', max, minInterval: unit ? undefined : 1, axisLabel: { ...text, formatter: `{value}${unit}` },
    splitLine: { lineStyle: { color: ink.line } }, axisLine: { show: false }, axisTick: { show: false },
  })
  const names = {
    type: 'category', data: spec.labels, inverse: !!spec.lying, axisTick: { show: false }, axisLine: { lineStyle: { color: ink.line } },
    axisLabel: { ...text, ...(spec.lying ? { width: spec.labelWidth ?? 132, overflow: 'truncate' } : { hideOverlap: true }) },
  }
  const counts = spec.percent ? value(100, '%') : value()
  const second = { ...value(100, '%'), splitLine: { show: false } }
  return {
    animation: false,
    textStyle: { fontFamily: ink.font },
    aria: { enabled: true },
    grid: { left: 4, right: spec.lying ? 36 : 4, top: spec.series.length > 1 ? 32 : 12, bottom: 4, containLabel: true },
    legend: spec.series.length > 1 ? { top: 0, right: 0, itemWidth: 12, itemHeight: 8, itemGap: 14, icon: 'roundRect', textStyle: text, inactiveColor: ink.line } : undefined,
    tooltip: {
      trigger: 'axis', axisPointer: { type: 'shadow' }, confine: true, backgroundColor: ink.surface, borderColor: ink.line, textStyle: { ...text, fontSize: 13 },
      valueFormatter: (v: unknown) => (v === null || v === undefined ? '–' : String(v)),
    },
    xAxis: spec.lying ? counts : names,
    yAxis: spec.lying ? names : hasRate ? [counts, second] : counts,
    series: spec.series.map((s) => ({
      name: s.name, data: s.values, color: ink.tones[s.tone],
      ...(s.rate
        ? { type: 'line', yAxisIndex: spec.lying ? 0 : 1, symbolSize: 7, lineStyle: { width: 2 }, connectNulls: false, tooltip: { valueFormatter: (v: unknown) => (v === null || v === undefined ? '–' : `${String(v)}%`) } }
        : { type: 'bar', stack: s.stack, barMaxWidth: 22, itemStyle: { borderRadius: s.stack ? 0 : 2 } }),
      ...(spec.percent && !s.rate ? { tooltip: { valueFormatter: (v: unknown) => (v === null || v === undefined ? '–' : `${String(v)}%`) } } : {}),
      ...(spec.lying && !s.stack ? { label: { show: true, position: 'right', color: ink.text, fontSize: 12, formatter: (p: { value: unknown }) => (p.value === null || p.value === undefined ? '' : `${String(p.value)}${spec.percent ? '%' : ''}`) } } : {}),
      cursor: 'pointer',
    })),
  }
}
