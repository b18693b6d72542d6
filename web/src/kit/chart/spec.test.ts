// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest'
import { chartOption, isBlank, rateOf, showValue, type ChartSpec, type Ink } from './spec'

const ink: Ink = { text: '#111', line: '#ddd', surface: '#fff', font: 'x', tones: { accent: '#00f', ok: '#0f0', soon: '#fa0', late: '#f00', done: '#999', blank: '#eee' } }
const months: ChartSpec = { labels: ['1', '2'], series: [{ name: 'n', tone: 'accent', values: [3, 0] }, { name: 'r', tone: 'soon', rate: true, values: [66.7, null] }] }
type Axis = { type: string; data?: string[]; max?: number; inverse?: boolean }
type Drawn = { xAxis: Axis; yAxis: Axis | Axis[]; series: { type: string; color: string; yAxisIndex?: number; stack?: string; data: unknown[] }[]; legend?: object }
const draw = (spec: ChartSpec): Drawn => chartOption(spec, ink) as unknown as Drawn

describe('a chart', () => {
  it('puts rates on an axis of their own that ends at 100', () => {
    const drawn = draw(months)
    expect((drawn.yAxis as Axis[]).map((a) => a.max)).toEqual([undefined, 100])
    expect(drawn.series.map((s) => [s.type, s.yAxisIndex, s.color])).toEqual([['bar', undefined, '#00f'], ['line', 1, '#fa0']])
    expect(drawn.series[1].data).toEqual([66.7, null])
  })
  it('lays bars down in the order of the labels, the first on top', () => {
    const drawn = draw({ lying: true, percent: true, labels: ['甲', '乙'], series: [{ name: 'n', tone: 'ok', values: [50, null] }] })
    expect(drawn.xAxis).toMatchObject({ type: 'value', max: 100 })
    expect(drawn.yAxis).toMatchObject({ type: 'category', data: ['甲', '乙'], inverse: true })
    expect(drawn.legend).toBeUndefined()
  })
  it('knows nothing from nought, and a rate of nothing from a rate of nought', () => {
    expect(rateOf(0, 0)).toBeNull()
    expect(rateOf(0, 4)).toBe(0)
    expect(rateOf(2, 3)).toBe(66.7)
    expect(showValue(months, months.series[1], null)).toBe('–')
    expect(showValue(months, months.series[1], 0)).toBe('0%')
    expect(showValue(months, months.series[0], 0)).toBe('0')
  })
  it('says when there is nothing to draw', () => {
    expect(isBlank({ labels: [], series: [] })).toBe(true)
    expect(isBlank({ labels: ['1'], series: [{ name: 'n', tone: 'ok', values: [0] }] })).toBe(true)
    expect(isBlank(months)).toBe(false)
  })
})
