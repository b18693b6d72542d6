// SPDX-License-Identifier: Apache-2.0
import { afterEach, describe, expect, it, vi } from 'vitest'
import { address, api, ApiError, serverAway, whenUnauthenticated } from './client'

afterEach(() => void vi.unstubAllGlobals())
const answer = (status: number, body: unknown): void => void vi.stubGlobal('fetch', vi.fn(() => Promise.resolve(new Response(body === null ? null : JSON.stringify(body), { status }))))

describe('talking to the server', () => {
  it('writes queries without empty parts', () => {
    expect(address('/api/x', { q: '门户 网站', state: ['a', 'b'], none: '', off: null, late: true, zero: 0 })).toBe('/api/x?q=%E9%97%A8%E6%88%B7%20%E7%BD%91%E7%AB%99&state=a%2Cb&late=1&zero=0')
  })
  it('marks every change with the header that a foreign page cannot send', async () => {
    answer(201, { id: 1 })
    await api.post('/api/x', { a: 1 })
    const [, options] = vi.mocked(fetch).mock.calls[0]
    expect((options!.headers as Record<string, string>)['X-Anze']).toBe('1')
    answer(200, {})
    await api.get('/api/x')
    expect((vi.mocked(fetch).mock.calls[0][1]!.headers as Record<string, string>)['X-Anze']).toBeUndefined()
  })
  it('gives refusals with their articles', async () => {
    answer(422, { error: { code: 'refused', message: '不满足上线条件', faults: [{ message: '未备案', article: 'S3' }] } })
    const error = await api.post('/api/x').catch((e: unknown) => e)
    expect(error).toBeInstanceOf(ApiError)
    expect(error).toMatchObject({ code: 'refused', message: '不满足上线条件', faults: [{ article: 'S3' }] })
  })
  it('survives a reply that is no JSON', async () => {
    vi.stubGlobal('fetch', vi.fn(() => Promise.resolve(new Response('<html>bad gateway', { status: 502 }))))
    await expect(api.get('/api/x')).rejects.toMatchObject({ code: 'failed', status: 502 })
  })
  it('tells the shell when the session has ended, but not for a wrong password', async () => {
    const ended = vi.fn()
    whenUnauthenticated(ended)
    answer(401, { error: { code: 'unauthenticated', message: '请登录', faults: [] } })
    await api.post('/api/sessions', {}).catch(() => {})
    expect(ended).not.toHaveBeenCalled()
    await api.get('/api/systems').catch(() => {})
    expect(ended).toHaveBeenCalledOnce()
  })
  it('knows that the server is away until it answers again', async () => {
    vi.stubGlobal('fetch', vi.fn(() => Promise.reject(new TypeError('network'))))
    await api.get('/api/x').catch(() => {})
    expect(serverAway.value).toBe(true)
    answer(200, {})
    await api.get('/api/x')
    expect(serverAway.value).toBe(false)
  })
})
