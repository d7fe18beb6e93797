import assert from 'node:assert/strict'
import { Pid } from '../../../src/runtime/process/pid'
import { FakeRuntime, fakePid } from './fakeRuntime'

const module = (exports: object): object => Object.assign(Object.create(null), exports)

/** The lines in order; the answer to the last one. */
async function ask(runtime: FakeRuntime, ...lines: readonly string[]): Promise<string> {
  let last = ''
  for (const line of lines) {
    const answer = await runtime.shell.evaluate(line)
    last = answer.ok ? answer.value : `${answer.error.name}: ${answer.error.message}`
  }
  return last
}

async function check(lines: readonly string[], expected: string, runtime = new FakeRuntime()): Promise<void> {
  assert.equal(await ask(runtime, ...lines), expected)
}

/** As `eval` and Node's own shell answer. */
const completions = [
  ['if (1) {3}', '3'],
  ['if (0) 3', 'undefined'],
  ['if (0) 3; else if (1) 4; else 5', '4'],
  ['1; if (0) {3}', 'undefined'],
  ['3; var kept = 1', '3'],
  ['3; {}', '3'],
  ['{ 1; { 2; } }', '2'],
  ['for (let i = 0; i < 3; i++) i * 2', '4'],
  ['for (const x of [1, 2]) { if (x > 1) break; x + 10 }', 'undefined'],
  ['let n = 0; while (n < 3) n++', '2'],
  ['do { 7; continue } while (0)', '7'],
  ['for (const key in { a: 1 }) key', "'a'"],
  ['outer: for (;;) { for (;;) { 5; break outer } }', '5'],
  ['named: { 6; break named }', '6'],
  ['try { 1 } finally { 2 }', '1'],
  ['try { 1; throw 0 } catch { }', 'undefined'],
  ['try { null.x } catch (error) { error.name }', "'TypeError'"],
  ['switch (2) { case 1: 1; case 2: 2; case 3: "both" }', "'both'"],
  ['with ({ y: 8 }) y', '8'],
  ['if (1) { await Promise.resolve(3) }', '3'],
  ['for (const x of [1, 2]) { await x * 2 }', '4'],
  ['for await (const x of [Promise.resolve(9)]) x', '9'],
  ['1\n;[2, 3].map((x) => x + 1) // no semicolon', '[ 3, 4 ]'],
  ['(function () {})', '[Function (anonymous)]'],
  ['class C {}', 'undefined'],
] as const

describe('shell', () => {
  it('answers the value of the last expression', () => check(['1; 2 + 3; // and a comment'], '5'))
  it('reads { } as an object', () => check(['{ a: 1 }'], '{ a: 1 }'))
  it('reads a block as a block', () => check(['{ let hidden = 1; hidden++; }', 'typeof hidden'], "'undefined'"))
  for (const [line, value] of completions) it(`answers ${value} to ${line}`, () => check([line], value))
  it('allows await', () => check(['1 + await Promise.resolve(2)'], '3'))
  it('waits for a promise without being told', () => check(['Promise.resolve(4)'], '4'))
  it('keeps the last value in _', () => check(['20', '_ + 1', '_ * 2'], '42'))
  it('answers nothing to an empty line, and keeps _', () => check(['5', '  ', '_'], '5'))

  describe('keeps what a line declares', () => {
    it('const, let, var', () => check(['const a = 1, b = 2', 'let c', 'var d = a + b', '[a, b, c, d]'], '[ 1, 2, undefined, 3 ]'))
    it('var, wherever it is', () => check(['for (var i = 0, sum; i < 3; i++) { var twice = i * 2 }', 'for (var x of [1, 2]);', 'if (1) var y = 5', '[i, sum, twice, x, y]'], '[ 3, undefined, 4, 2, 5 ]'))
    it('but not what belongs to a function or a block', () => check(['(() => { var inner = 1; for (var j of [1]); })(); { let block = 1 }', '[typeof inner, typeof j, typeof block]'], "[ 'undefined', 'undefined', 'undefined' ]"))
    it('destructuring', () => check(['const { x, y: [z, ...rest], ...others } = { x: 1, y: [2, 3, 4], p: 5 }', '[x, z, rest, others]'], '[ 1, 2, [ 3, 4 ], { p: 5 } ]'))
    it('functions and classes, under their names', () => check(['function twice(n) { return n * 2 }', 'class Point { x = twice(4) }', '[new Point().x, twice.name, Point.name]'], "[ 8, 'twice', 'Point' ]"))
    it('values that were awaited', () => check(['const v = await Promise.resolve(6)', 'v'], '6'))
    it('plain assignments, without touching the global object', async () => {
      await check(['stray = 3', 'stray + 1'], '4')
      assert.ok(!('stray' in globalThis))
    })
    it('and can declare it again', () => check(['const a = 1', 'const a = 2', 'a'], '2'))
    it('and refuses to assign to a const', () => check(['const a = 1', 'a = 2'], 'TypeError: Assignment to constant variable.'))
    it('also a name that JavaScript uses itself', () => check(['const name = 1', 'const process = 2', '[name, process]'], '[ 1, 2 ]'))
    it('until f() forgets it', () => check(['const a = 1', 'let b = 2', "f('a')", '[typeof a, b]'], "[ 'undefined', 2 ]"))
  })

  describe('after a line that fails', () => {
    it('says what was thrown', () => check(["throw new RangeError('no')"], 'RangeError: no'))
    it('says so of a value that is no error', () => check(["throw 'badarg'"], "throw: 'badarg'"))
    it('says so of a rejected promise', () => check(["Promise.reject(new Error('late'))"], 'Error: late'))
    it('knows an unknown name', () => check(['nobody'], 'ReferenceError: nobody is not defined'))
    it('lets typeof ask for an unknown name', () => check(['typeof nobody'], "'undefined'"))
    for (const begun of ['function f() {', 'if (1) {', '[1,', 't.start(1', '{ a: 1,', '`text', '1 +', '/* about']) {
      it(`knows that ${begun} only begins a statement`, async () => {
        const answer = await new FakeRuntime().shell.evaluate(begun)
        assert.ok(!answer.ok && answer.error.incomplete === true)
      })
    }
    for (const wrong of ['const = ;', '1 2', "'text", 'function f() { ]', '}']) {
      it(`knows that ${wrong} begins nothing`, async () => {
        const answer = await new FakeRuntime().shell.evaluate(wrong)
        assert.ok(!answer.ok && answer.error.incomplete === undefined)
      })
    }
    it('names a syntax error', async () => {
      assert.match(await ask(new FakeRuntime(), 'const = ;'), /^SyntaxError: Unexpected token/)
    })
    it('has its variables and the last value', () => check(['const a = 1', '7', "throw 'x'", '[a, _]'], '[ 1, 7 ]'))
    it('shows the frames also when the line only awaited them', async () => {
      const runtime = new FakeRuntime({ t: module({ late: async () => { await Promise.resolve(); throw new Error('here') } }) })
      const answer = await runtime.shell.evaluate('t.late()')
      assert.ok(!answer.ok)
      assert.match(answer.error.stack ?? '', /^ +at [^\n]*late/)
    })
    it('shows the frames of the program only', async () => {
      const runtime = new FakeRuntime()
      await runtime.shell.evaluate("function inner() { throw new Error('here') }")
      const answer = await runtime.shell.evaluate('inner()')
      assert.ok(!answer.ok)
      assert.doesNotMatch(answer.error.stack ?? '', /shell\.ts/)
    })
  })

  it('answers other lines while one never settles', async () => {
    const runtime = new FakeRuntime()
    void runtime.shell.evaluate('await new Promise(() => {})')
    await check(['1 + 1'], '2', runtime)
  })

  it('answers a line whose process is ended with the reason, and goes on in the next one with its variables', async () => {
    const runtime = new FakeRuntime()
    const life = new AbortController()
    runtime.shellPid = new Pid(70, () => life.signal)
    await check(['const a = 1'], 'undefined', runtime)
    const waiting = runtime.shell.evaluate('await new Promise(() => {})')
    await new Promise((resolve) => setImmediate(resolve))
    life.abort('killed')
    assert.deepEqual(await waiting, { ok: false, error: { name: 'exit', message: "'killed'" } })
    runtime.shellPid = fakePid(71)
    await check(['a'], '1', runtime)
  })

  it('serves others from a busy line, which ends when its process is ended', async () => {
    const life = new AbortController()
    let served = 0
    const runtime = new FakeRuntime({}, { check: () => { if (++served === 10) life.abort('killed') } })
    runtime.shellPid = new Pid(72, () => life.signal)
    await check(['while (true) ;'], "exit: 'killed'", runtime)
    assert.equal(served, 10)
  })

  it('runs every line inside its own process', async () => {
    const runtime = new FakeRuntime()
    await check(['self()'], '<0.7.0>', runtime)
    assert.equal(runtime.inside, 1)
  })

  it("has require and Node's modules by name", () => check(["[path.basename('/a/b'), require('node:path') === path]"], "[ 'b', true ]"))
  it('has import()', () => check(["(await import('node:path')).sep"], "'/'"))
})

describe('modules in the shell', () => {
  const files = { 'src/t': module({ start: () => true, one: 1 }), m: module({ loop: () => 'looping' }), 'my-mod': module({ here: 1 }) }

  it('are there under their names, loaded when first used', async () => {
    const runtime = new FakeRuntime(files)
    await check(['1 + 1'], '2', runtime)
    assert.deepEqual(runtime.loads, [])
    await check(['t.start()'], 'true', runtime)
    await check(['t.one'], '1', runtime)
    assert.deepEqual(runtime.loads, ['src/t'])
  })

  it('are hidden by a variable of the same name', async () => {
    const runtime = new FakeRuntime(files)
    await check(['const t = 5', 't'], '5', runtime)
    assert.deepEqual(runtime.loads, [])
  })

  it('are not loaded because a parameter or property is called so', async () => {
    const runtime = new FakeRuntime(files)
    await check(['[1, 2].map((t) => t + 1)', '({ t: 1 }).t'], '1', runtime)
    assert.deepEqual(runtime.loads, [])
  })

  it('can be named in every way to a command, which decides itself what to load', async () => {
    const runtime = new FakeRuntime(files)
    await check(['l(t)'], "[ 'module', 't' ]", runtime)
    await check(["l('src/t')"], "[ 'module', 'src/t' ]", runtime)
    assert.deepEqual(runtime.loads, [])
    await check(['const n = "my-mod"', 'l(n)'], "[ 'module', 'my-mod' ]", runtime)
    await check(["Promise.all(['src/t'].map((t) => l(t)))"], "[ [ 'module', 'src/t' ] ]", runtime)
  })

  it('are not loaded because a code function is asked about them', async () => {
    const runtime = new FakeRuntime(files)
    await check(['code.l(t)'], "[ 'module', 't' ]", runtime)
    assert.deepEqual(runtime.loads, [])
  })

  it('a module called like a command is both', async () => {
    const runtime = new FakeRuntime(files)
    await check(['m.loop()'], "'looping'", runtime)
    await check(['m()'], "'ok'", runtime)
    assert.match(runtime.printed, /Module +Current +Old/)
    await check(['l(m)'], "[ 'module', 'm' ]", runtime)
    await check(['m === mod(m)'], 'false', runtime)
    await check(['m'], '[Object: null prototype] { loop: [Function: loop] }', runtime)
  })

  it('are not loaded because a command is called like them', async () => {
    const runtime = new FakeRuntime({ c: module({}), l: module({}) })
    await check(['l(t)', 'c(t)'], "[ 'ok', 't' ]", runtime)
    assert.deepEqual(runtime.loads, [])
  })

  it('with any name are reached by mod', () => check(["(await mod('my-mod')).here"], '1', new FakeRuntime(files)))

  it('that do not load say why, and the shell goes on', async () => {
    const runtime = new FakeRuntime({}, {}, { t: new SyntaxError('t.ts:1:7: no') })
    await check(['t.start()'], 'SyntaxError: t.ts:1:7: no', runtime)
    await check(['1'], '1', runtime)
  })

  it('whose fault comes with the stack of another thread show its message only', async () => {
    const fault = new Error('SyntaxError: /ws/t.ts:1:7: no\n    at Control.find (/dist/control.js:1:1)')
    await check(['t.start()'], 'SyntaxError: /ws/t.ts:1:7: no', new FakeRuntime({}, {}, { t: fault }))
  })
})

describe('shell commands', () => {
  it('flush prints what the mailbox holds, one line each, and empties it', async () => {
    const runtime = new FakeRuntime()
    runtime.mailbox.push(['DOWN', { ref: 1 }, 'process', fakePid(40), 'killed'], 'x'.repeat(100))
    await check(['flush()'], "'ok'", runtime)
    assert.equal(runtime.printed, `Shell got [ 'DOWN', { ref: 1 }, 'process', <0.40.0>, 'killed' ]\nShell got '${'x'.repeat(100)}'\n`)
    runtime.printed = ''
    await check(['flush()'], "'ok'", runtime)
    assert.equal(runtime.printed, '')
  })

  it('pid finds a process by its numbers', async () => {
    for (const line of ['pid(0, 40, 0)', 'pid(40)', "pid('<0.40.0>')"]) await check([line], '<0.40.0>')
    await check(['pid(0, 99, 0)'], 'BadArgError: badarg: there was no process <0.99.0>')
  })

  it('i and regs print tables', async () => {
    const runtime = new FakeRuntime()
    await check(['i()', 'regs()'], "'ok'", runtime)
    assert.match(runtime.printed, /<0\.40\.0> +waiting +2 +f40\n/)
    assert.match(runtime.printed, /t +<0\.40\.0> +f40\n/)
  })

  it('i shows one process by pid, number or name', async () => {
    for (const line of ["i(whereis('t'))", 'i(0, 40, 0)', 'i(40)', "i('t')", "i('<0.40.0>')"]) await check([`(${line}).currentFunction`], "'f40'")
  })

  it('i tells the version that runs, and in whose old code somebody is', async () => {
    const frame = (module: string, version: number, slot: string): object => ({ module, version, slot, function: 'loop', file: `/ws/${module}.ts`, line: 7, column: 2 })
    const runtime = new FakeRuntime()
    runtime.stacks.set(fakePid(40), [frame('t', 3, 'current'), frame('m', 1, 'old')])
    await check(['i()'], "'ok'", runtime)
    assert.match(runtime.printed, /<0\.40\.0> .* t\.loop, v3 line 7 +\(old: m v1\)\n/)
  })

  it('prints in the width and the colours of the terminal', async () => {
    const wide = { list: Array.from({ length: 12 }, (_, n) => `item ${n}`), ok: true }
    const runtime = new FakeRuntime({ w: module({ wide }) })
    const narrow = await runtime.shell.evaluate('w.wide', { columns: 40, colors: true })
    assert.ok(narrow.ok && narrow.value.includes('\u001b['))
    const plain = await runtime.shell.evaluate('[w.wide.ok, "a".repeat(60), "b".repeat(60)]', { columns: 160 })
    assert.ok(plain.ok && !plain.value.includes('\n'))
  })

  it('m of one module tells its versions, file and functions', async () => {
    const runtime = new FakeRuntime({ 'src/t': module({}) })
    await check(['m(t)'], "'ok'", runtime)
    assert.match(runtime.printed, /Current +v2\nOld +v1\n[^]*Functions +start\/1\n/)
  })

  it('code_switch sends code_switch', async () => {
    const runtime = new FakeRuntime()
    await check(["code_switch('t')"], "'code_switch'", runtime)
    assert.deepEqual(runtime.calls, [['send', 't', 'code_switch']])
  })

  it('lc compiles only', async () => {
    await check(['lc(t)'], "'ok'")
    await check(['lc([t, bad])'], "'error'")
  })

  it('nl answers abcast, as on one node', () => check(['nl(t)'], "'abcast'"))

  it('help tells every command', async () => {
    const runtime = new FakeRuntime()
    await check(['help()'], "'ok'", runtime)
    for (const name of ['l(m)', 'c(m)', 'flush()', 'softPurge(m)', 'code_switch(p)']) assert.ok(runtime.printed.includes(name))
  })

  it('completes variables and what they hold, without calling a getter', async () => {
    await check(['const box = { inner: { one: 1, other: 2 }, get trap() { throw 0 } }', "$complete('bo')"], "[ 'box' ]")
    const runtime = new FakeRuntime()
    await check(['const box = { inner: { one: 1, other: 2 }, get trap() { throw 0 } }', "$complete('box.inner.o')"], "[ 'box.inner.one', 'box.inner.other' ]", runtime)
    await check(["$complete('box.trap.')"], '[]', runtime)
    await check(["const text = 'a'", "$complete('text.toUpp')"], "[ 'text.toUpperCase' ]", runtime)
  })

  it('completes names of modules after a quote, and Node\'s modules', async () => {
    await check([`$complete("'my")`], `[ "'my-mod" ]`, new FakeRuntime({ 'my-mod': module({}) }))
    await check(["$complete('path.bas')"], "[ 'path.basename' ]")
  })

  it('completes names and exports, and leaves _ alone', async () => {
    const runtime = new FakeRuntime({ 'src/t': module({ start: 1, stop: 2, other: 3 }) })
    await check(['1', "$complete('t.st')"], "[ 't.start', 't.stop' ]", runtime)
    await check(["$complete('softP')"], "[ 'softPurge' ]", runtime)
    await check(['_'], '1', runtime)
    assert.deepEqual(runtime.loads, [])
  })
})
