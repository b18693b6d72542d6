// SPDX-License-Identifier: Apache-2.0
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createApp, h, nextTick, type Component } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'
import { ApiError, type Table } from '@/api'
import { useElement } from '../element'
import DataTable from './DataTable.vue'
import RecordForm from './RecordForm.vue'
import WhyNot from './WhyNot.vue'

const made: { unmount: () => void }[] = []
afterEach(() => {
  made.splice(0).forEach((m) => m.unmount())
  document.body.innerHTML = ''
  localStorage.clear()
})
function mount(part: Component, props: Record<string, unknown>, slots: Record<string, (scope: Record<string, unknown>) => unknown> = {}): HTMLElement {
  const root = document.createElement('div')
  document.body.append(root)
  const app = createApp({ render: () => h(part, props, slots as never) })
  useElement(app)
  app.use(createRouter({ history: createMemoryHistory(), routes: [{ path: '/:all(.*)*', component: { render: () => null } }] }))
  app.mount(root)
  made.push(app)
  return root
}
const table: Table = { name: 'thing', fields: { thing_id: { type: 'int', readonly: true }, name: { type: 'text', required: true, max: 5 }, port: { type: 'int', min: 1, max: 65535 } } }
const columns = [{ field: 'name', wide: true }, { field: 'port' }]

describe('the table', () => {
  it('draws only what is in view of 100,000 rows', () => {
    const rows = Array.from({ length: 100_000 }, (_, n) => ({ thing_id: n, name: `n${n}`, port: 80 }))
    const root = mount(DataTable as Component, { table, columns, rows, rowKey: 'thing_id' })
    expect(root.querySelectorAll('tbody tr:not(.blank)').length).toBeLessThan(100)
    const blank = root.querySelector<HTMLElement>('tbody tr.blank td')!
    expect(parseInt(blank.style.height)).toBeGreaterThan(3_900_000)
  })
  it('sorts by columns that the server sorts by, and says which way', async () => {
    const onSort = vi.fn()
    const root = mount(DataTable as Component, { table, columns, rows: [{ thing_id: 1, name: 'a', port: 1 }], rowKey: 'thing_id', sorts: ['name'], sort: 'name', onSort })
    const heads = [...root.querySelectorAll('th')]
    expect(heads[0].getAttribute('aria-sort')).toBe('ascending')
    expect(heads[1].querySelector('button')).toBeNull()
    heads[0].querySelector('button')!.click()
    await nextTick()
    expect(onSort).toHaveBeenCalledWith('-name')
  })
  it('selects only what may be selected', () => {
    const onSelect = vi.fn()
    const root = mount(DataTable as Component, { table, columns, rows: [{ thing_id: 1, name: 'a' }, { thing_id: 2, name: 'b' }], rowKey: 'thing_id', selectable: true, canSelect: (r: { thing_id: number }) => r.thing_id === 2, selected: new Set(), onSelect })
    expect(root.querySelectorAll('tbody input[type=checkbox]')).toHaveLength(1)
    root.querySelector<HTMLInputElement>('thead input')!.dispatchEvent(new Event('change'))
    expect([...(onSelect.mock.calls[0][0] as Set<number>)]).toEqual([2])
  })
})

describe('the form', () => {
  const form = (save: (row: Record<string, unknown>) => Promise<void>, start: Record<string, unknown> = {}, draft?: string): HTMLElement =>
    mount(RecordForm as Component, { table, groups: [{ title: 'all', fields: ['name', 'port'] }], start, save, saveText: 'save', draft })
  const submit = async (root: HTMLElement): Promise<void> => {
    root.querySelector('form')!.dispatchEvent(new Event('submit', { cancelable: true }))
    await vi.waitFor(() => nextTick())
    await new Promise((done) => setTimeout(done, 5))
  }
  it('does not send what its own check refuses', async () => {
    const save = vi.fn(() => Promise.resolve())
    const root = form(save, { name: '' })
    await submit(root)
    expect(save).not.toHaveBeenCalled()
    expect(root.querySelectorAll('.field.bad')).toHaveLength(1)
  })
  it('shows the faults of the server at their fields and keeps what was written', async () => {
    const save = vi.fn(() => Promise.reject(new ApiError('invalid', 'no', [{ field: 'port', message: 'port is taken' }], 422)))
    const root = form(save, { name: 'abc', port: 80 })
    await submit(root)
    expect(save).toHaveBeenCalledOnce()
    expect(root.querySelector('.field.bad .fault')!.textContent).toContain('port is taken')
    expect(root.querySelector<HTMLInputElement>('.field input')!.value).toBe('abc')
  })
  it('sends what was written, and only names as changed what changed', async () => {
    const save = vi.fn(() => Promise.resolve())
    const root = form(save, { name: 'abc', port: 80 })
    const input = root.querySelector<HTMLInputElement>('.field input')!
    input.value = 'xyz'
    input.dispatchEvent(new Event('input'))
    await nextTick()
    await submit(root)
    expect(save).toHaveBeenCalledWith(expect.objectContaining({ name: 'xyz', port: 80 }), { name: 'xyz' })
  })
  it('takes up a draft where it was left, and drops it once saved', async () => {
    localStorage.setItem('anze.0.draft.t', JSON.stringify({ at_ms: Date.now(), row: { name: 'left' } }))
    const save = vi.fn(() => Promise.resolve())
    const root = form(save, { name: '' }, 't')
    expect(root.querySelector<HTMLInputElement>('.field input')!.value).toBe('left')
    await submit(root)
    expect(save).toHaveBeenCalledOnce()
    expect(localStorage.getItem('anze.0.draft.t')).toBeNull()
  })
})

describe('why not?', () => {
  it('lists every unmet line with its article', () => {
    const root = mount(WhyNot as Component, { error: new ApiError('refused', 'cannot go live', [{ message: 'not filed', article: 'S3' }, { message: 'no evaluation', article: 'S6', row: 4 }], 422) })
    expect(root.querySelector('[role=alert] b')!.textContent).toBe('cannot go live')
    expect(root.querySelectorAll('li')).toHaveLength(2)
    expect(root.querySelectorAll('li .chip')).toHaveLength(2)
  })
})
