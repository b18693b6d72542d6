// SPDX-License-Identifier: Apache-2.0
/** Unit tests speak Chinese, with the browser's own texts. */
import { beforeAll } from 'vitest'
import { loadOwn } from './kit/words'

beforeAll(() => loadOwn('zh'))
