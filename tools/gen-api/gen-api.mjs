// SPDX-License-Identifier: Apache-2.0
// Turns the interface description into TypeScript: closed lists as string unions, one interface a table, a typed table of
// routes, and the tables' own description for forms and lists.
//
//     anze describe --openapi | node tools/gen-api/gen-api.mjs > web/src/api/types.gen.ts
//     node tools/gen-api/gen-api.mjs openapi.json web/src/api/types.gen.ts
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const name_of_ref = (ref) => ref.slice(ref.lastIndexOf('/') + 1)
const quoted = (text) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
const key_of = (name) => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : quoted(name))
const doc = (text, indent = '') => (text ? `${indent}/** ${text.replaceAll('*/', '* /').replace(/\s+/g, ' ')} */\n` : '')

/** The TypeScript type of one schema, without its null. */
function type_of(schema, ref = name_of_ref) {
  if (!schema) return 'unknown'
  if (schema.$ref) return ref(schema.$ref)
  if (schema.allOf) return schema.allOf.map((s) => type_of(s, ref)).join(' & ')
  if (schema.anyOf) return schema.anyOf.filter((s) => s.type !== 'null').map((s) => type_of(s, ref)).join(' | ')
  if (schema.enum) return schema.enum.map(quoted).join(' | ')
  const type = Array.isArray(schema.type) ? schema.type.find((t) => t !== 'null') : schema.type
  if (type === 'string') return 'string'
  if (type === 'integer' || type === 'number') return 'number'
  if (type === 'boolean') return 'boolean'
  if (type === 'array') return `${bracket(type_of(schema.items, ref))}[]`
  if (type === 'object' && schema.properties) return inline_object(schema, ref)
  if (type === 'object' && schema.propertyNames) return `Partial<Record<${type_of(schema.propertyNames, ref)}, ${type_of(schema.additionalProperties, ref)}>>`
  if (type === 'object') return 'Record<string, unknown>'
  return 'unknown'
}
const bracket = (type) => (/[|&\s]/.test(type) && !type.startsWith('{') ? `(${type})` : type)

function inline_object(schema, ref) {
  const must = new Set(schema.required ?? [])
  const members = Object.entries(schema.properties).map(
    ([name, s]) => `${key_of(name)}${must.has(name) ? '' : '?'}: ${type_of(s, ref)}${may_be_null(s) ? ' | null' : ''}`,
  )
  return `{ ${members.join('; ')} }`
}

const may_be_null = (schema) =>
  (Array.isArray(schema.type) && schema.type.includes('null')) || Boolean(schema.anyOf?.some((s) => s.type === 'null'))

// ---- what a field is, as forms and lists want to know it ----

function field_type(schema) {
  if (schema['x-unit'] === 'fen') return 'money'
  if (schema['x-unit'] === 'epoch_ms') return 'time'
  if (schema['x-ref']) return 'ref'
  if (schema['x-note']) return 'note'
  if (schema.format === 'date') return 'date'
  const type = Array.isArray(schema.type) ? schema.type.find((t) => t !== 'null') : schema.type
  if (type === 'array' && !schema.items?.['$ref']) return 'texts'
  return { integer: 'int', number: 'real', boolean: 'bool', array: 'rows', string: 'text' }[type] ?? 'json'
}

function field_text(schema, required, api) {
  const of = schema.$ref ?? schema.anyOf?.find((s) => s.$ref)?.$ref
  const target = of && api.components.schemas[name_of_ref(of)]
  const parts = []
  if (target?.enum) parts.push(`type: 'enum'`, `of: ${quoted(target['x-words'].replace(/^enum\./, ''))}`)
  else if (target) parts.push(`type: 'object'`, `rows: ${quoted(target['x-table'])}`)
  else parts.push(`type: ${quoted(field_type(schema))}`)
  if (schema['x-ref']) parts.push(`ref: ${quoted(schema['x-ref'])}`)
  if (api.components.schemas[name_of_ref(schema.items?.$ref ?? '')]?.['x-table']) parts.push(`rows: ${quoted(api.components.schemas[name_of_ref(schema.items.$ref)]['x-table'])}`)
  if (schema['x-format']) parts.push(`format: ${quoted(schema['x-format'])}`)
  const least = schema.minimum ?? schema.minLength
  const most = schema.maximum ?? schema.maxLength
  if (least !== undefined) parts.push(`min: ${least}`)
  if (most !== undefined) parts.push(`max: ${most}`)
  if (required) parts.push('required: true')
  if (schema.readOnly) parts.push('readonly: true')
  if (schema.writeOnly) parts.push('secret: true')
  for (const flag of schema['x-flags'] ?? []) parts.push(`${flag}: true`)
  return `{ ${parts.join(', ')} }`
}

// ---- the parts of the file ----

/** The body of a PATCH: a schema of its own, in which everything may be left out. */
const is_change = (name, schemas) => Boolean(schemas[name]?.['x-change'])

/** Names of schemas that are sent as a body, and of those inside them. */
function sent_schemas(api) {
  const sent = new Set()
  const add = (schema) => {
    if (!schema) return
    const refs = [schema.$ref, schema.items?.$ref, ...(schema.anyOf ?? []).map((s) => s.$ref)].filter(Boolean)
    for (const name of refs.map(name_of_ref)) {
      if (sent.has(name) || api.components.schemas[name]?.enum) continue
      sent.add(name)
      Object.values(api.components.schemas[name]?.properties ?? {}).forEach(add)
    }
  }
  for (const methods of Object.values(api.paths))
    for (const operation of Object.values(methods)) add(operation.requestBody?.content['application/json']?.schema)
  return sent
}

function enum_text(name, schema) {
  return `export type ${name} = ${schema.enum.map(quoted).join(' | ')}\n`
}

/** As replied: every member is there; what may be empty is null. Rows that not everybody gets are left out. */
function reply_text(name, schema, sent) {
  const must = new Set(schema.required ?? [])
  let text = doc(schema.description) + `export interface ${name} {\n`
  for (const [field, s] of Object.entries(schema.properties ?? {})) {
    if (s.writeOnly) continue
    const left_out = s.type === 'array' && !sent.has(name)
    const always = must.has(field) || (schema['x-table'] && !left_out)
    text += doc(s.title, '  ') + `  ${s.readOnly ? 'readonly ' : ''}${key_of(field)}${always ? '' : '?'}: ${type_of(s)}${may_be_null(s) ? ' | null' : ''}\n`
  }
  return text + '}\n'
}

/** As sent: nothing read-only; what is not required may be left out, or be null to empty it. */
function input_text(name, schema, sent, schemas, optional) {
  const must = new Set(optional ? [] : (schema.required ?? []))
  const ref = (r) => (sent.has(name_of_ref(r)) && !is_change(name_of_ref(r), schemas) ? `${name_of_ref(r)}Input` : name_of_ref(r))
  let text = `export interface ${name} {\n`
  for (const [field, s] of Object.entries(schema.properties ?? {})) {
    if (s.readOnly) continue
    const empty = !must.has(field) && s.type !== 'boolean' && s.type !== 'array'
    text += `  ${key_of(field)}${must.has(field) ? '' : '?'}: ${type_of(s, ref)}${empty ? ' | null' : ''}\n`
  }
  return text + '}\n'
}

function schemas_text(api) {
  const schemas = api.components.schemas
  const sent = sent_schemas(api)
  let text = ''
  for (const [name, schema] of Object.entries(schemas)) {
    if (schema.enum) text += enum_text(name, schema)
    else if (is_change(name, schemas)) text += input_text(name, schema, sent, schemas, true)
    else text += reply_text(name, schema, sent)
    if (!schema.enum && sent.has(name) && !is_change(name, schemas)) text += input_text(`${name}Input`, schema, sent, schemas, false)
  }
  return text
}

function params_type(operation, where) {
  const found = (operation.parameters ?? []).filter((p) => p.in === where)
  if (!found.length) return 'null'
  const members = found.map((p) => {
    const type = type_of(p.schema)
    return `${key_of(p.name)}${p.required ? '' : '?'}: ${type}`
  })
  return `{ ${members.join('; ')} }`
}

function body_type(operation, schemas) {
  const content = operation.requestBody?.content
  if (!content) return 'null'
  if (!content['application/json']) return 'Blob'
  const ref = content['application/json'].schema.$ref
  if (!ref) return 'Record<string, unknown>'
  return is_change(name_of_ref(ref), schemas) ? name_of_ref(ref) : `${name_of_ref(ref)}Input`
}

function answer_type(operation) {
  const good = Object.entries(operation.responses).find(([status]) => status.startsWith('2'))
  const content = good?.[1].content
  if (!content) return 'null'
  if (!content['application/json']) return 'Blob'
  return type_of(content['application/json'].schema)
}

function operations(api) {
  const all = []
  for (const [path, methods] of Object.entries(api.paths))
    for (const [method, operation] of Object.entries(methods)) all.push({ path, method: method.toUpperCase(), operation })
  return all
}

function routes_text(api) {
  let types = '/** Every operation by name: what it takes and what it answers. null: nothing. */\nexport interface Routes {\n'
  let values = '/** Every operation by name: where it is and who may. */\nexport const routes = {\n'
  for (const { path, method, operation } of operations(api)) {
    types += doc(operation.summary, '  ')
    types += `  ${key_of(operation.operationId)}: {\n    method: ${quoted(method)}\n    path: ${quoted(path)}\n`
    types += `    params: ${params_type(operation, 'path')}\n    query: ${params_type(operation, 'query')}\n`
    types += `    body: ${body_type(operation, api.components.schemas)}\n    reply: ${answer_type(operation)}\n  }\n`
    const grant = (operation['x-grant'] ?? []).map(quoted).join(', ')
    values += `  ${key_of(operation.operationId)}: { method: ${quoted(method)}, path: ${quoted(path)}, grant: [${grant}] },\n`
  }
  return `${types}}\nexport type RouteName = keyof Routes\n/** What an operation answers; of a list, one of its items. */\nexport type Reply<R extends RouteName> = Routes[R]['reply']\nexport type Item<R extends RouteName> = Reply<R> extends { items: (infer T)[] } ? T : never\n\n${values}} as const\n`
}

function described_text(api) {
  const schemas = Object.entries(api.components.schemas)
  let text = '/** The closed lists by their names in the words: enum.<name>.<identifier>. */\nexport const enums = {\n'
  for (const [, schema] of schemas.filter(([, s]) => s.enum && s['x-words']))
    text += `  ${key_of(schema['x-words'].replace(/^enum\./, ''))}: [${schema.enum.map(quoted).join(', ')}],\n`
  text += '} as const\n\n/** The field tables by their names in the words: field.<table>.<field>. */\nexport const tables = {\n'
  for (const [name, schema] of schemas.filter(([, s]) => s['x-table'])) {
    if (schema['x-change'] && schemas.some(([other, s]) => other !== name && s['x-table'] === schema['x-table'])) continue
    text += `  ${key_of(schema['x-table'])}: {\n`
    for (const [field, s] of Object.entries(schema.properties ?? {}))
      text += `    ${key_of(field)}: ${field_text(s, schema.required?.includes(field), api)},\n`
    text += '  },\n'
  }
  return `${text}} as const\n`
}

export function generate(api) {
  if (!String(api.openapi).startsWith('3.1')) throw new Error(`not an OpenAPI 3.1 document: openapi is ${api.openapi}`)
  return [
    `// Written by tools/gen-api from the interface of anze ${api.info.version}. Do not edit.\n`,
    schemas_text(api),
    routes_text(api),
    described_text(api),
  ].join('\n')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [input, output] = process.argv.slice(2)
  try {
    const text = generate(JSON.parse(readFileSync(input && input !== '-' ? input : 0, 'utf8')))
    if (output) writeFileSync(output, text)
    else process.stdout.write(text)
  } catch (error) {
    console.error(`gen-api: ${input ?? 'standard input'}: ${error.message}`)
    process.exit(1)
  }
}
