'use strict'
/** Prints how long (ms) Node takes to load the extension's bundle, with nothing behind `vscode`. */
const Module = require('node:module')
const nothing = new Proxy(function () {}, { get: (_, key) => (key === Symbol.toPrimitive ? () => '' : nothing), apply: () => nothing, construct: () => ({}) })
const load = Module._load
Module._load = (id, ...rest) => (id === 'vscode' ? nothing : load(id, ...rest))
const start = performance.now()
require(process.argv[2])
console.log(performance.now() - start)
