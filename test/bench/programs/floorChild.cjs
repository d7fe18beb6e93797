'use strict'
const { basename } = require('node:path')
const vm = require('node:vm')

const codes = new Map()
const current = new Map()
const tables = new Map()

function evaluate(name) {
  const module = { exports: {} }
  current.set(name, module.exports)
  const body = vm.runInThisContext(`(function (exports, require, module) {${codes.get(name)}\n})`, { filename: name })
  body(module.exports, (id) => table(basename(id)), module)
  current.set(name, module.exports)
  const exported = tables.get(name)
  for (const key of Object.keys(module.exports)) {
    if (!(key in exported)) Object.defineProperty(exported, key, { enumerable: true, get: () => current.get(name)[key] })
  }
}

function table(name) {
  if (!tables.has(name)) {
    tables.set(name, {})
    evaluate(name)
  }
  return tables.get(name)
}

process.on('message', ({ load, main }) => {
  for (const { name, code } of load) {
    codes.set(name, code)
    if (current.has(name)) evaluate(name)
  }
  if (main !== undefined) table(main)
})
