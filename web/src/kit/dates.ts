// SPDX-License-Identifier: Apache-2.0
/** The date picker of Element Plus, a chunk of its own. */
import 'element-plus/theme-chalk/el-date-picker.css'
import 'element-plus/theme-chalk/el-date-picker-panel.css'
import { ElDatePicker } from 'element-plus/es/components/date-picker/index.mjs'

export default ElDatePicker
