// SPDX-License-Identifier: Apache-2.0
// node --test tools/gen-api/
import assert from 'node:assert/strict'
import test from 'node:test'
import { generate } from './gen-api.mjs'

const ref = (name) => ({ $ref: `#/components/schemas/${name}` })
const api = {
  openapi: '3.1.0',
  info: { version: '1.2.3' },
  paths: {
    '/api/boxes/{box_id}': {
      get: {
        operationId: 'box_get', summary: '箱子 */', 'x-grant': ['scan_team'],
        parameters: [{ name: 'box_id', in: 'path', required: true, schema: { type: 'integer' } },
          { name: 'state', in: 'query', schema: { type: 'array', items: ref('BoxState') } }],
        responses: { 200: { content: { 'application/json': { schema: ref('Box') } } }, default: {} },
      },
      patch: {
        operationId: 'box_change', parameters: [],
        requestBody: { content: { 'application/json': { schema: ref('BoxChange') } } },
        responses: { 204: {} },
      },
    },
    '/api/boxes': {
      post: {
        operationId: 'box_create', parameters: [],
        requestBody: { content: { 'application/json': { schema: ref('Box') } } },
        responses: { 201: { content: { 'application/json': { schema: ref('Box') } } } },
      },
      get: {
        operationId: 'box_list', parameters: [],
        responses: { 200: { content: { 'application/json': { schema: { type: 'object', required: ['items'],
          properties: { items: { type: 'array', items: ref('Box') }, next: { type: ['string', 'null'] } } } } } } },
      },
    },
    '/api/photos': {
      post: {
        operationId: 'photo-add', parameters: [], requestBody: { content: { 'application/octet-stream': { schema: {} } } },
        responses: { 200: { content: { 'application/octet-stream': { schema: {} } } } },
      },
    },
  },
  components: {
    schemas: {
      Box: {
        type: 'object', 'x-table': 'box', required: ['box_name'],
        properties: {
          box_id: { type: ['integer', 'null'], readOnly: true },
          box_name: { type: 'string', maxLength: 30, title: '名称' },
          state: { anyOf: [ref('BoxState'), { type: 'null' }] },
          lids: { type: 'array', items: ref('BoxLid') },
          price: { type: ['integer', 'null'], 'x-unit': 'fen' },
          unit_id: { type: ['integer', 'null'], 'x-ref': 'org_unit', 'x-flags': ['filter'] },
          secret: { type: ['string', 'null'], writeOnly: true },
        },
      },
      BoxChange: { type: 'object', 'x-table': 'box', 'x-change': true, properties: { box_name: { type: 'string' } } },
      BoxLid: { type: 'object', 'x-table': 'box_lid', properties: { color: { type: ['string', 'null'] } } },
      BoxState: { type: 'string', enum: ['open', 'closed'], 'x-words': 'enum.box_state' },
    },
  },
}

test('closed lists become unions and lists', () => {
  const text = generate(api)
  assert.match(text, /export type BoxState = 'open' \| 'closed'/)
  assert.match(text, /box_state: \['open', 'closed'\],/)
})

test('a table is one interface as replied and one as sent', () => {
  const text = generate(api)
  const reply = text.match(/export interface Box \{[^}]*\}/)[0]
  assert.match(reply, /readonly box_id: number \| null/)
  assert.match(reply, /\n  box_name: string\n/)
  assert.match(reply, /state: BoxState \| null/)
  assert.match(reply, /lids: BoxLid\[\]/)
  assert.doesNotMatch(reply, /secret/)
  const input = text.match(/export interface BoxInput \{[^}]*\}/)[0]
  assert.doesNotMatch(input, /box_id/)
  assert.match(input, /\n  box_name: string\n/)
  assert.match(input, /state\?: BoxState \| null/)
  assert.match(input, /lids\?: BoxLidInput\[\]/)
  assert.match(input, /secret\?: string \| null/)
  assert.match(text, /export interface BoxChange \{\n  box_name\?: string \| null\n\}/)
})

test('routes are typed', () => {
  const text = generate(api)
  const get = text.match(/box_get: \{[^}]*\}[^}]*\}/)[0]
  assert.match(get, /params: \{ box_id: number \}/)
  assert.match(text, /query: \{ state\?: BoxState\[\] \}/)
  assert.match(text, /box_change: \{\n    method: 'PATCH'\n    path: '\/api\/boxes\/\{box_id\}'\n    params: null\n    query: null\n    body: BoxChange\n    reply: null/)
  assert.match(text, /body: BoxInput\n    reply: Box\n/)
  assert.match(text, /reply: \{ items: Box\[\]; next\?: string \| null \}/)
  assert.match(text, /'photo-add': \{/)
  assert.match(text, /body: Blob\n    reply: Blob/)
  assert.match(text, /box_get: \{ method: 'GET', path: '\/api\/boxes\/\{box_id\}', grant: \['scan_team'\] \}/)
  assert.doesNotMatch(text, /箱子 \*\/ \*\//)
})

test('tables are described for forms', () => {
  const text = generate(api)
  assert.match(text, /box_name: \{ type: 'text', max: 30, required: true \},/)
  assert.match(text, /price: \{ type: 'money' \},/)
  assert.match(text, /unit_id: \{ type: 'ref', ref: 'org_unit', filter: true \},/)
  assert.match(text, /state: \{ type: 'enum', of: 'box_state' \},/)
  assert.match(text, /lids: \{ type: 'rows', rows: 'box_lid' \},/)
})

test('another kind of document is refused', () => {
  assert.throws(() => generate({ openapi: '2.0' }), /OpenAPI 3\.1/)
})
