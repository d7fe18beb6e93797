'use strict'
/** What calls cost in plain Node. Forked: answers each message with nanoseconds. Required as a package: the same, in the host. */
function add(x) {
  return (x + 1) | 0
}

function work(x) {
  const item = { id: x, name: 'item ' + (x & 1023), tags: ['a', 'b'] }
  return item.name.length > item.tags.length ? (item.id + 1) | 0 : x
}

function loop(x) {
  let y = x
  for (let i = 0; i < 20; i++) y = (y * 31 + i) | 0
  return y === 0 ? x : (x + 1) | 0
}

async function tick(x) {
  return (x + 1) | 0
}

async function step(x) {
  await undefined
  return (x + 1) | 0
}

const cases = {
  call(n) {
    let x = 0
    for (let i = 0; i < n; i++) x = add(x)
    return x
  },
  work(n) {
    let x = 0
    for (let i = 0; i < n; i++) x = work(x)
    return x
  },
  loop(n) {
    let x = 0
    for (let i = 0; i < n; i++) x = loop(x)
    return x
  },
  async tick(n) {
    let x = 0
    for (let i = 0; i < n; i++) x = await tick(x)
    return x
  },
  async step(n) {
    let x = 0
    for (let i = 0; i < n; i++) x = await step(x)
    return x
  }
}

async function nsOf(name, n) {
  await cases[name](n / 10)
  const start = performance.now()
  const x = await cases[name](n)
  if (x !== n) throw new Error(`${name} counted to ${x}`)
  return ((performance.now() - start) * 1e6) / n
}

module.exports = { nsOf }
if (process.send !== undefined && require.main === module) process.on('message', async ([name, n]) => process.send(await nsOf(name, n)))
