// SPDX-License-Identifier: Apache-2.0
import { readonly, ref } from 'vue'

export interface Fault {
  field?: string
  key?: string
  message: string
  row?: number
  article?: string
}

/** What the server said no with, in the user's words; `faults` name the places. */
export class ApiError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly faults: Fault[],
    readonly status: number,
  ) {
    super(message)
  }
}

export type Query = Record<string, string | number | boolean | undefined | null | (string | number)[]>

export interface Page<T> {
  items: T[]
  next: string | null
  total?: number
}

const offline = ref(false)
/** True while the server cannot be reached. */
export const serverAway = readonly(offline)

let onUnauthenticated: () => void = () => {}
/** The shell says what to do when the session has ended. */
export function whenUnauthenticated(act: () => void): void {
  onUnauthenticated = act
}

/** A path with its query; empty values are left out, lists are joined with commas. */
export function address(path: string, query?: Query): string {
  const parts: string[] = []
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value === undefined || value === null || value === '' || (Array.isArray(value) && !value.length)) continue
    const text = Array.isArray(value) ? value.join(',') : value === true ? '1' : String(value)
    parts.push(`${encodeURIComponent(name)}=${encodeURIComponent(text)}`)
  }
  return parts.length ? `${path}?${parts.join('&')}` : path
}

function failure(status: number, text: string): ApiError {
  try {
    const error = (JSON.parse(text) as { error: { code: string; message: string; faults?: Fault[] } }).error
    return new ApiError(error.code, error.message, error.faults ?? [], status)
  } catch {
    return new ApiError('failed', text.trim().slice(0, 300) || `HTTP ${status}`, [], status)
  }
}

async function send(method: string, url: string, body?: unknown, signal?: AbortSignal): Promise<unknown> {
  const headers: Record<string, string> = { Accept: 'application/json' }
  if (method !== 'GET') headers['X-Anze'] = '1'
  if (body !== undefined) headers['Content-Type'] = 'application/json'
  let reply: Response
  try {
    reply = await fetch(url, {
      method, headers, signal, credentials: 'same-origin',
      body: body === undefined ? undefined : JSON.stringify(body),
    })
    offline.value = false
  } catch (error) {
    if ((error as Error).name !== 'AbortError') offline.value = true
    throw error
  }
  const text = await reply.text()
  if (reply.ok) return text ? JSON.parse(text) : null
  const error = failure(reply.status, text)
  if (error.code === 'unauthenticated' && !url.startsWith('/api/sessions')) onUnauthenticated()
  throw error
}

export const api = {
  get: <T>(path: string, query?: Query, signal?: AbortSignal) => send('GET', address(path, query), undefined, signal) as Promise<T>,
  post: <T>(path: string, body: unknown = {}) => send('POST', path, body) as Promise<T>,
  put: <T>(path: string, body: unknown = {}) => send('PUT', path, body) as Promise<T>,
  patch: <T>(path: string, body: unknown) => send('PATCH', path, body) as Promise<T>,
  delete: <T>(path: string) => send('DELETE', path) as Promise<T>,

  /** Sends one file as the body. `progress` hears the share sent, 0 to 1; aborting the signal stops it. */
  upload<T>(path: string, file: Blob & { name?: string }, query: Query = {}, progress?: (share: number) => void, signal?: AbortSignal): Promise<T> {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest()
      request.open('POST', address(path, { filename: file.name, ...query }))
      request.setRequestHeader('X-Anze', '1')
      request.setRequestHeader('Accept', 'application/json')
      request.setRequestHeader('Content-Type', 'application/octet-stream')
      request.upload.onprogress = (event) => progress?.(event.total ? event.loaded / event.total : 0)
      request.onload = () => {
        if (request.status >= 200 && request.status < 300) return resolve(JSON.parse(request.responseText || 'null') as T)
        const error = failure(request.status, request.responseText)
        if (error.code === 'unauthenticated') onUnauthenticated()
        reject(error)
      }
      request.onerror = () => {
        offline.value = true
        reject(new TypeError('network'))
      }
      request.onabort = () => reject(new DOMException('aborted', 'AbortError'))
      signal?.addEventListener('abort', () => request.abort())
      request.send(file)
    })
  },

  /** Sends a file and saves the file that comes back, under the name the server gives it. */
  async exchange(path: string, file: Blob & { name?: string }, query: Query = {}): Promise<void> {
    const reply = await fetch(address(path, { filename: file.name, ...query }), {
      method: 'POST', body: file, credentials: 'same-origin',
      headers: { 'X-Anze': '1', 'Content-Type': 'application/octet-stream' },
    })
    if (!reply.ok) throw failure(reply.status, await reply.text())
    const named = /filename\*=UTF-8''([^;]+)/i.exec(reply.headers.get('Content-Disposition') ?? '')
    const link = document.createElement('a')
    link.href = URL.createObjectURL(await reply.blob())
    link.download = named ? decodeURIComponent(named[1]) : `${file.name ?? 'file'}`
    document.body.append(link)
    link.click()
    link.remove()
    URL.revokeObjectURL(link.href)
  },

  /** Opens a file of the server as a download, under the name the server gives it. */
  download(path: string, query?: Query): void {
    const link = document.createElement('a')
    link.href = address(path, query)
    link.download = ''
    document.body.append(link)
    link.click()
    link.remove()
  },
}
