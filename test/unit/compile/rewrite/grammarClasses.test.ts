import { modules } from './compare'

describe('classes keep their meaning', () => {
  modules([
    ['private members', `class A { #x = 1; static #n = 0; #m() { return this.#x } get #g() { return this.#x * 2 } set #g(v) { this.#x = v } static #s() { return ++A.#n } async #a() { await 1; return this.#x } async *#ag() { yield this.#x } *#gen() { yield* [this.#x] }
      static has(o) { return #x in o && #m in o } all() { this.#g = 5; return [this.#m(), this.#g, A.#s(), [...this.#gen()], this.#x++, this?.#x] } async more() { const r = [await this.#a()]; for await (const x of this.#ag()) r.push(x); return r } }
      log.push(new A().all(), A.has(new A()), A.has({})); export const done = new A().more()`],
    ['static blocks', `class A { static x = 1; static { this.y = this.x + 1; for (let i = 0; i < 2; i++) log.push(i); try { throw 1 } catch { log.push('caught') } finally { log.push('finally') } var y = 3; { let z = () => this; log.push(z() === A, y) } } static { await: { log.push(typeof this) } } }\nlog.push(A.y)`.replace('await: {', 'label: {')],
    ['a static block in an async function', `async function f() { await 1; class A { static { try { null.x } catch (e) { log.push(e.name) } finally { log.push(1) } } static async m() { return await 2 } } return [await A.m(), await 3] }\nexport const done = f()`],
    ['fields of every kind', `const key = () => 'computed'\nclass A { a; b = 1; 'c d' = 2; 3 = 4; [key()] = 5; static e = this.name; f = () => this.b; g = async () => await this.b; h = function () { return typeof this }; static async = 1; get; set; static; async
      i = class { x = 1 }; get j() { return 1 } static k = [1, 2].map((x) => x * 2) }
      const o = new A(); log.push(Object.keys(o), o.f(), o.h(), o.f.name, o.i.name, A.k, A.e); export const done = o.g()`],
    ['constructors', `class A { constructor(x = 1) { this.x = x } }\nclass B extends A { y = this.x + 1; constructor() { const f = () => super(5); f(); this.z = (() => this.x)() } }\nclass C extends A { constructor() { try { super(2) } finally { log.push('fin') } } }\nclass D extends A {}\nclass E extends null { static s = 1 }\nlog.push(new A, new B, new C, new D(3), E.s); try { A() } catch (e) { log.push(e.name) }`],
    ['accessors and computed keys', `const s = Symbol('s'); class A { get [s]() { return 1 } set [s](v) { log.push(v) } static get x() { return 2 } *[Symbol.iterator]() { yield 3 } async *[Symbol.asyncIterator]() { yield 4 } 'quoted'() {} 5() {} static async *gen() { yield await 6 } }
      const a = new A; a[s] = 9; log.push(a[s], A.x, [...a], Object.getOwnPropertyNames(A.prototype)); export const done = (async () => { for await (const x of a) log.push(x); for await (const x of A.gen()) log.push(x) })()`],
    ['class names and expressions', `const A = class {}, B = class Own { static x = Own.name }, { C = class {} } = {}, o = { D: class {}, E: class { static name = 'q' } }\nlog.push(A.name, B.name, B.x, C.name, o.D.name, o.E.name, (class {}).name, new (class { m() { return 1 } })().m())`],
    ['a class uses imports in fields, heritage and keys', `import { Base, value, add, self } from 'dep'\nimport * as ns from 'dep'\nclass A extends Base { x = value; y = add(1, 2); z = self(); [ns['a string']] = ns.add(3, 4); static s = () => value; constructor() { super(value) } hello() { return super.hello() + add(1, 1) } value() { return value } }\nlog.push(new A, new A().hello(), A.s(), new A().value())`],
    ['an import shadowed by the name of a class', `import { Base, value } from 'dep'\nconst A = class Base { f() { return Base.name } static value = 1 }\nlog.push(new A().f(), A.value, value, Base.name)`],
    ['what esbuild makes of decorators and private fields', `var __defProp = Object.defineProperty; var __name = (target, value) => __defProp(target, "name", { value, configurable: true }); var _x; const dec = (v, c) => v\nclass A { constructor() { __privateAdd(this, _x, 1) } get() { return __privateGet(this, _x) } }\nvar __privateAdd = (o, m, v) => m.set(o, v), __privateGet = (o, m) => m.get(o); _x = new WeakMap()\nA = __name(A, 'Renamed')\nlog.push(new A().get(), A.name)`],
  ])
})
