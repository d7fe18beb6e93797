import { scripts } from './compare'

describe('scripts keep their meaning', () => {
  scripts([
    ['exports, require and the wrapper', `exports.a = 1; module.exports.b = require('x'); exports.c = [__filename, __dirname, this === exports, typeof module]`],
    ['sloppy this and undeclared names', `exports.t = (function () { return this === globalThis })(); undeclaredName = 1; exports.u = typeof undeclaredName; delete globalThis.undeclaredName`],
    ['a directive stays first', `'use strict'\nexports.t = (function () { return this })()`],
    ['a directive with a comment and a semicolon', `/* c */ "use strict"; /* d */ try { undeclared = 1 } catch (e) { exports.e = e.name }`],
    ['a hashbang', `#!/usr/bin/env node\nexports.x = 1`],
    ['a hashbang and a directive', `#!/usr/bin/env node\n'use strict'\nexports.x = (function () { return this })()`],
    ['functions with their own directive', `exports.r = [(function () { 'use strict'; return this })(), typeof (function () { 'other'; return this })()]`],
    ['with', `var o = { x: 1, f: function () { return this === o } }; with (o) { x = 2; var y = x; exports.f = f(); while (x++ < 4); } exports.o = o.x; exports.y = y`],
    ['octal numbers, delete and duplicate parameters', `var x = 1; exports.r = [010, '\\101', delete x, (function (a, a) { return a })(1, 2)]`],
    ['functions in blocks', `exports.r = [typeof f]; { function f() { return 1 } } exports.r.push(f()); if (true) function g() { return 2 } exports.r.push(g()); switch (1) { case 1: function h() {} } exports.r.push(typeof h)`],
    ['functions in blocks of generators', `function* k() { yield typeof f; { function f() { return 1 } } yield f(); function m() { return 1 } { function m() { return 2 } } yield m() }\nexports.r = [...k()]`],
    ['arguments are parameters', `exports.r = (function (a) { arguments[0] = 5; return [a, arguments.length, arguments.callee.length] })(1, 2); exports.s = (function* (a) { a = 7; yield arguments[0] })(1).next()`],
    ['a function with the name of a parameter', `exports.r = [...(function* (f) { yield typeof f; yield typeof arguments[0]; function f() {} })(1)]`],
    ['names that are keywords elsewhere', `var let_ = 1, async = 2, of = 3, get = 4, yield = 5, await = 6, static = 7; var let = 8; exports.r = [async, of, get, yield, await, static, let]; exports.f = (async) => async; label: for (;;) break label`],
    ['HTML-like comments', `exports.x = 1 <!-- a comment\n--> another\nexports.y = 2`],
    ['an HTML-like comment in the first line', `/* a */ --> b\nexports.y = 2`],
    ['a return at the top level', `exports.x = 1; return; exports.x = 2`],
    ['assignments in for-in heads', `for (var x = 1 in {}); exports.x = x`],
    ['eval sees local names', `function f(a) { var b = 2; return eval('a + b') } exports.r = f(1); exports.s = (0, eval)('typeof f')`],
    ['a var that is also a function', `exports.r = [typeof f]; var f = 1; function f() {} exports.r.push(typeof f)`],
    ['CRLF line ends', `exports.a = 1\r\nexports.b = \`x\r\ny\`\r\n`],
    ['this at the top level of arrows', `exports.r = (() => this === module.exports)()`],
    ['a comment at the end', `exports.a = 1 // end`],
    ['an empty file', ``],
    ['getters on exports', `Object.defineProperty(exports, '__esModule', { value: true }); exports.default = void 0; var _default = exports.default = function () {}; exports.n = _default.name`],
    ['catch with the name of a var', `function f() { try { throw 1 } catch (e) { var e = 2; for (var e of []) ; } return e } try { exports.r = f() } catch (x) { exports.r = x.name }`.replace('for (var e of []) ;', '')],
  ])
})
