/**
 * What becomes of a function that a method is given, by the method's name: nobody can know more of a text. `Wrong:` says what
 * follows when a list has a name that it should not have.
 */

/** Of arrays and strings: they are done with it when they answer. Wrong: who keeps it has the version's own function. */
const CALLED = ['map', 'filter', 'forEach', 'reduce', 'reduceRight', 'some', 'every', 'find', 'findIndex', 'findLast', 'findLastIndex', 'flatMap', 'sort', 'toSorted', 'replace', 'replaceAll']
/** These keep nothing either, but may call it later: a function that the module exports is what others have of it. */
const CALLED_LATER = ['from', 'then', 'catch', 'finally', 'parse', 'stringify', 'group', 'groupBy']
/** What these are given ends with the call, or when it is answered. Wrong: whoever keeps it has it twice after a reload. */
const ENDING = new Set([
  'listen', 'close', 'ready', 'connect', 'disconnect', 'end', 'destroy', 'query', 'execute', 'exec', 'run', 'transaction', 'update', 'emit', 'publish', 'dispatch', 'send', 'write', 'call', 'apply',
  'log', 'debug', 'info', 'warn', 'error', 'trace', 'fatal', 'time', 'measure', 'lock', 'batch', 'flush', 'wait', 'retry', 'nextTick', 'off', 'removeListener', 'unsubscribe', 'delay', 'assert', 'equal', 'throws', 'rejects',
])
/** The same, where the name is that of the object's method; what such a function makes of a function (`asyncHandlers.wrap(show)`) is kept. */
const DOING = /^(?:with|run|in)[A-Z]|^(?:each|tx|atomic|serialize|getOrSet|getOrCreate|getOrInsert|remember|memoize|wrap|startSpan|startActiveSpan)$/
/** Whatever these are given is kept, also what a call answers: `app.use(cors())`. Wrong: whose object it is begins anew without need. */
const KEEPING = new Set(['use', 'route', 'register', 'mount', 'plugin', 'addHook'])
/** Such a call gives something away, although what it answers is used: `const stop = bus.subscribe(handler)`. */
const GIVING = /^(?:use|route|register|mount|plugin|subscribe|on|add|push|define|tap|observe)/
/** In a function of the program: it puts what it is given into its list, beside what is there. */
const ADDING = /^(?:push|unshift|add|append|insert|enqueue|register|subscribe|on|use|tap|define)/

const called: ReadonlySet<string> = new Set(CALLED)
const consuming: ReadonlySet<string> = new Set([...CALLED, ...CALLED_LATER])

export const isCalling = (method: string): boolean => called.has(method)
/** It keeps nothing. */
export const isConsumingName = (method: string): boolean => consuming.has(method)
export const isEnding = (method: string): boolean => consuming.has(method) || ENDING.has(method)
/** `isUsed`: what it answers is kept under a name. */
export const isGiving = (method: string, isUsed: boolean): boolean => !isEnding(method) && !DOING.test(method) && (!isUsed || GIVING.test(method))
export const isKeepingName = (method: string): boolean => KEEPING.has(method)
export const isAdding = (method: string): boolean => ADDING.test(method)
