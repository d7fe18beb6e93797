import { modules } from './compare'

describe('statements keep their meaning', () => {
  modules([
    ['loops with and without blocks', `let i = 0
      while (i < 3) log.push(i++)
      while (i < 5) { log.push(i++) }
      do log.push(i--); while (i > 3)
      do { log.push(i--) } while (i > 1)
      do log.push(i)
      while (i-- > 0) log.push('after')
      for (;;) if (i++ > 2) break; else continue
      for (let j = 0, k = 3; j < k; j++, k--) log.push(j, k)
      for (var v = 0; v < 2; v++);
      for (const x of [1, 2]) for (const y in { a: 1 }) log.push(x + y)
      for (let x of [1]) if (x) for (;;) break
      for (const { a, ...r } of [{ a: 1, b: 2 }]) log.push(a, r)
      const o = {}; for (o.x of [7]); for (o['y'] in { q: 1 }); log.push(o, v)
      for ([i] of [[9]]); for ({ i = 4 } of [{}]); log.push(i)`],
    ['labels', `outer: for (let i = 0; i < 3; i++) { inner: for (;;) { if (i === 1) continue outer; if (i === 2) break outer; log.push(i); break inner } log.push('x') }
      a: b: while (true) { let n = 0; do { if (n++ > 1) break a; continue } while (true) }
      block: { log.push(1); if (log) break block; log.push('never') }
      c: for (const x of [1, 2]) for (const y of [3]) continue c
      d: do { for (;;) continue d } while (false)`],
    ['closures see their own loop variable', `const fs = []; for (let i = 0; i < 3; i++) fs.push(() => i); for (const x of 'ab') fs.push(() => x); for (const k in { q: 1 }) fs.push(() => k)\nlog.push(fs.map((f) => f()))`],
    ['if, else and switch', `for (const x of [0, 1, 2, 3]) { if (x === 0) log.push('a'); else if (x === 1) { log.push('b') } else log.push('c')
      switch (x) { case 0: log.push(0); case 1: { log.push(1); break } default: log.push('d'); break; case 2: let y = 2; log.push(y) } }`],
    ['try in every form', `function f(g) { try { return g() } catch { return 'bare' } finally { log.push('f') } }
      function h(g) { try { g() } catch ({ message, name: [first], ...rest }) { return message + first } }
      function i() { for (const x of [1, 2, 3]) { try { if (x === 1) continue; if (x === 2) break } finally { log.push('fin' + x) } } return 'i' }
      function j() { try { return 'try' } finally { return 'finally' } }
      function k() { l: try { throw 1 } finally { break l } return 'k' }
      function m() { try { try { throw new Error('1') } finally { log.push('inner') } } catch (e) { return e.message } }
      function n() { try { throw [1] } catch ([x, y = () => x]) { { let x = 5 } return y() } }
      function o() { try { throw { get x() { return 3 } } } catch /* ) */ ( /* { */ { x } /* ) */ ) /* } */ { var z = x; return z } }
      function p() { try { null.x } catch (e) { var e = 5; return e } }
      function q() { try { throw 1 } catch (e) { function r() { return e } return r() } finally { function s() {} class T {} let u } }
      log.push(f(() => 1), f(() => { throw 2 }), h(() => { throw new Error('msg') }), i(), j(), k(), m(), n(), o(), p(), q())`],
    ['try in async functions', `import { later, fail } from 'dep'
      async function f(g) { try { return await g() } catch (e) { return e.message } finally { await later(); log.push('f') } }
      async function h() { try { await fail('x') } catch { return await later('bare') } }
      async function i() { for (const x of [1, 2, 3]) { try { if (await later(x) === 1) continue; if (x === 2) break } finally { log.push(await later('fin' + x)) } } return 'i' }
      async function j() { try { return await later('try') } finally { return 'finally' } }
      async function k() { try { await fail('k') } catch ({ message = await later(1), n = await later(2) }) { return [message, n] } }
      async function l() { try { throw 1 } finally { const nested = async () => { try { await fail('n') } finally { log.push('nested') } }; await nested().catch(() => 0) } }
      export const done = (async () => [await f(() => later(1)), await f(() => fail('msg')), await h(), await i(), await j(), await k(), await l().catch((e) => e)])()`],
    ['try in generators', `function* f() { for (const x of [1, 2]) { try { yield x } catch { log.push('bare'); continue } finally { log.push('fin') } } }\nconst a = f(); log.push(a.next(), a.throw(1), a.next(), a.return(3), a.next())`],
    ['for await with every binding', `import { later, count } from 'dep'
      async function f() { const r = []; let v, o = {}
        for await (const x of count(2)) r.push(x)
        for await (let x of [later(1), 2]) { x++; r.push(x) }
        for await (var w of count(2)) { if (w) break }
        for await (v of count(3)) continue
        for await (o.x of count(2)) ;
        for await (const { a, b = await later(3) } of [{ a: 1 }]) r.push(a, b)
        for await (const [x, ...y] of [[1, 2, 3]]) { const z = await later(x); r.push(z, y) }
        for await ([v] of await later([[6]])) r.push(v)
        for await ({ v } of (log, [{ v: 7 }])) r.push(v)
        for await (const x of (await later(), [8])) r.push(x)
        return [r, v, o, w] }
      export const done = f()`],
    ['for await with labels and jumps', `import { later, count } from 'dep'
      async function* gen(name) { try { yield 1; yield 2; yield 3 } finally { log.push('close ' + name) } }
      async function f() {
        outer: for await (const a of gen('a')) { inner: for await (const b of gen('b')) { if (b === 2) continue outer; if (a === 2) break outer; log.push([a, b]); await later() } }
        x: y: for await (const a of gen('c')) { for (const b of [1, 2]) { if (b === 2) continue x; log.push(b) } }
        loop: for (let i = 0; i < 2; i++) { for await (const a of gen('d')) { if (a === 2) continue loop; log.push(i) } }
        block: { for await (const a of gen('e')) { break block } log.push('never') }
        if (log) for await (const a of gen('f')) if (a === 2) return 'returned'; else log.push(a)
        else log.push('no') }
      export const done = f()`],
    ['for await that throws', `async function* gen() { try { yield 1; throw new Error('gen') } finally { log.push('close') } }
      async function f() { try { for await (const x of gen()) log.push(x) } catch (e) { log.push(e.message) } try { for await (const x of gen()) throw new Error('body') } catch (e) { log.push(e.message) } for await (const x of [Promise.reject(new Error('r'))]); }
      export const done = f()`],
    ['await in every expression', `import { later } from 'dep'
      async function f() { const o = { x: { y: 1, z() { return this.y } }, n: null }; let t = 0
        const r = [await later(1) + await later(2), -await later(3), !await later(0), typeof await later(''), void await later(1), (await later(o))?.x.y, await (await later(o))?.x.z(), (await later(null))?.x, delete (await later({ q: 1 })).q, await later(o) === o ? await later(4) : await later(5),
          [...await later([6]), await later(7)], { a: await later(8), ...await later({ b: 9 }), [await later('c')]: 10 }, \`\${await later(11)}-\${await later(await later(12))}\`, String.raw\`\${await later(13)}\`, Math.max(await later(14), ...await later([15])), new (await later(Array))(await later(3)).length,
          (await later(16), await later(17)), t = await later(18), t += await later(1), o.x.y = await later(19), o.x[await later('y')], await later(20) ?? await later(21), await later(null) ?? await later(22), await later(0) || await later(23), await later(1) && await later(24), (await later(2)) ** 2, 2 ** await later(3), await later(o.x).then((v) => v.z()), await (async () => await later(25))(), (await later((x) => x))(await later(26)), await (later(27), later(28)), await [await later(29)], 'y' in await later(o.x)]
        const { a = await later(1), [await later('k')]: k = await later(2), ...rest } = await later({ z: 1 }); const [p = await later(3), q] = await later([])
        r.push(a, k, rest, p, q); if (await later(true)) r.push(await later('if')); while (await later(t++ < 20)) r.push(t); do r.push('do'); while (await later(false)); for (let i = await later(0); i < await later(2); i += await later(1)) r.push(i)
        for (const x of await later([1])) r.push(x); for (const x in await later({ k: 1 })) r.push(x); switch (await later(1)) { case await later(1): r.push('case') }
        class C extends (await later(Object)) { [await later('m')]() { return 1 } static [await later('s')] = 2 } r.push(new C().m(), C.s); throw await later(r) }
      export const done = f().catch((r) => r)`],
    ['evaluation order around await', `import { later } from 'dep'
      const say = (x) => { log.push(x); return x }\nlet v = 1\nasync function f() { const o = { get a() { say('get a'); return { b: 1, f: (...x) => x } } }
        const r = v + await (v = 5, later(2)); say(r); say(1) + await later(say(2)) + say(3); o.a.f(say(4), await later(say(5)), say(6)); o[say('a')].b = await later(say(7)); [say({}).x, v = await later(say(8))] = []; return say(o).a.b }
      export const done = f().then((x) => typeof x)`],
    ['await after a line without a semicolon', `import { later } from 'dep'\nasync function f() { let x = log\nawait later(1)\nawait later(x)\n(await later(2))\nlet y = x\nawait later(1), y.push(1)\ny\nawait later(await later(1))\nx\nawait later(2) + 1\nif (x)\nawait later(3)\nelse\nawait later(4)\nx.push(2)\ndo await later(5)\nwhile (false)\nl: await later(6) }\nexport const done = f().catch((e) => e.name)`],
    ['regular expressions, templates, comments and numbers', 'const a = 4, g = 2\nlog.push(a /2/ g, /[/]\\/(?<n>x)/u.exec("/x") === null, `a${`b${a}`}` /* } */, 0x1f, 1_000, 10n ** 3n, .5, "\\u{1F600}")'],
    ['destructuring with closures in defaults', `const { a = () => b, b = 2, ...c } = { x: 1 }; const [d = (() => a())(), , [e] = [function () {}], ...f] = []\nlet g, h; ({ g, h: { i: h } = { i: () => 5 } } = {}); [g = async () => await 1, ...[h]] = [, 6]\nlog.push(a(), d, e.name, f, c, g.name, h)`],
    ['debugger, empty statements and blocks', `;;{}{;}debugger\n{ let log = 1 }\nif (log);else;\nlog.push(1)`],
    ['twenty thousand concatenations', `const s = ${Array.from({ length: 20000 }, (_, i) => `'${i % 10}'`).join(' + ')}\nlog.push(s.length)`],
  ])
})
