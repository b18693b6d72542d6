// SPDX-License-Identifier: Apache-2.0
/** The part of ECharts that anze uses; a chunk of its own, fetched when the first chart is seen. */
import { BarChart, LineChart } from 'echarts/charts'
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent } from 'echarts/components'
import { init, use, type EChartsType } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'

use([BarChart, LineChart, GridComponent, LegendComponent, TooltipComponent, AriaComponent, SVGRenderer])

export function draw(place: HTMLElement): EChartsType {
  return init(place, null, { renderer: 'svg' })
}
