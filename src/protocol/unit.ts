/**
 * A compiled module on its way from the compiler to the runtime: plain data, one text and the tables that belong to it.
 * The generated text and the runtime meet only here; `emitted` below is their whole vocabulary.
 */

export type ModuleFormat = 'esm' | 'commonjs' | 'json'

export interface ImportRecord {
  /** As written: `./x`, `express`, `node:fs`, `#lib`. */
  readonly specifier: string
  /** Import attributes (`{ type: "json" }`), empty when none. */
  readonly attributes: Readonly<Record<string, string>>
  /** Names it takes (`default` included); a namespace import or `export *` adds `*`. Empty for `import "./x"`. */
  readonly names: readonly string[]
  /** What the module calls them, where that is another name; for V8's messages. */
  readonly locals?: Readonly<Record<string, string>>
  readonly line: number
  readonly column: number
  /** What the top level takes by value (no call, no `new`); absent: nothing. */
  readonly captured?: readonly Captured[]
}

/** `*`: the namespace as a whole. `=`: `module.exports` itself. Where, in the text that was rewritten. */
export interface Captured {
  readonly name: string
  /** Only by decorators. */
  readonly decorating?: true
  readonly line: number
  readonly column: number
}

/** `export { imported as name } from` the import of this index; `*` is its namespace. */
export interface Reexport {
  readonly name: string
  readonly index: number
  readonly imported: string
}

/** An export: of the import of this index, or of what was required; `=` is what `require` answered. */
export interface HandedValue {
  readonly from: number | string
  readonly name: string
}

/** A call that gives functions to an object, or to a function of another module. Where, in the text that was rewritten. */
export interface Handing {
  /** What leads from the export to the object. */
  readonly members: readonly string[]
  /** Empty: the export itself is called. */
  readonly method: string
  /** The export is a class, of which an object is made. */
  readonly made?: true
  /** How the module calls it. */
  readonly root: string
  /** The function the call is in; 0: the top level. */
  readonly fn: number
  /** What is given, when it takes a look at it to know whether it is functions. Empty: it is. */
  readonly values: readonly HandedValue[]
  /** Whatever such a method is given is kept, also what packages made. */
  readonly kept?: true
  /** The object came by this import, or by what was required. */
  readonly via?: number | string
  readonly line: number
  readonly column: number
}

/** The text says which export of another module it is. */
export interface Handed extends HandedValue, Handing {}

/** Each time once more, or in the place of what was there. */
export type Keeping = 'add' | 'replace'

/** One function of the module, for stacks: names and places in the text that was rewritten (before esbuild's map). */
export interface FunctionRecord {
  readonly name: string
  readonly line: number
  readonly column: number
}

export interface Rewritten {
  readonly format: ModuleFormat
  /** An expression (no trailing semicolon, no source URL): see `emitted`. Insertions contain no line break, so lines are those of the input. */
  readonly code: string
  /** The module awaits at its top level: `code` is an async generator function. */
  readonly async: boolean
  readonly imports: readonly ImportRecord[]
  /** Names exported by the module itself or re-exported by name, in order. */
  readonly exports: readonly string[]
  /** Exported names whose binding is not assigned any more once the top level has run: the table holds their value, not a getter. */
  readonly constants: readonly string[]
  /** Indexes into `imports` of `export * from`. */
  readonly stars: readonly number[]
  readonly reexports?: readonly Reexport[]
  /** What the top level takes from the modules it requires, or awaits (`await import("./x")`), by specifier. */
  readonly required?: Readonly<Record<string, readonly Captured[]>>
  /** Exported constants that are a literal, with its text. */
  readonly literals?: Readonly<Record<string, string>>
  /** Hash of the text without the bodies of methods; absent: there are none. */
  readonly shape?: string
  /** To whom it gives functions. */
  readonly handed?: readonly Handed[]
  /** It takes back itself what it gave: it uses `import.meta.hot.dispose`. */
  readonly disposes?: true
  /** Its top level may begin chains of promises that it does not await. */
  readonly chains?: true
  /** Exported classes with decorators. */
  readonly decorated?: readonly string[]
  /** Exported functions with members of their own, by any of their names: the module reads or writes some. */
  readonly propertied?: readonly string[]
  /** Functions that keep what they are given. */
  readonly keeps?: Readonly<Record<string, Keeping>>
  /** Calls that give functions to an object of which only a run tells whose it is: a parameter, a member of `this`. */
  readonly received?: readonly Handing[]
  /** Literal specifiers of `require("…")` and `import("…")`: compiled ahead, not linked. */
  readonly dynamic: readonly string[]
  readonly functions: readonly FunctionRecord[]
  /** Positions a frame can store, flat: function index, line (1-based), column (0-based UTF-16), per point. Point 0 is the top level's start. */
  readonly points: readonly number[]
  /** How columns moved, flat and sorted: line, column in `code`, by how much (code column = input column + delta from here on). */
  readonly shifts: readonly number[]
  /** Top-level names that functions assign to (`let`, `var`), or whose array, object, map or set they change (`const`): state that a reload resets. */
  readonly state: readonly string[]
}

/**
 * What the generated text looks like. `P` is the prefix, `$$` unless the source uses names that start with it.
 *
 * ES module:   (function* (P) { "use strict"; <prologue>; P.define({ a: () => a, … }, (P) => { <relink> }); yield; <body> })
 *              first `next()` instantiates (hoisted functions exist, exports can be read), the second one evaluates.
 *              With top-level await: `async function*`.
 * CommonJS:    (function (exports, require, module, __filename, __dirname, P) { <prologue>; <body> })
 * prologue:    const P_v = P.version, P_s = P.traps, P_k = P.slot, P_trap = P.trap, P_enter = P.enter, P_leave = P.leave,
 *              P_park = P.park, P_over = P.over, P_each = P.each, P_dead = P.dead, P_y = P.yielded, P_pause = P.pause, P_i = P.identity, P_e = P.external, P_u = P.itself, P_p = P.pass, P_w = P.decorating, P_meta = P.meta; (only those used)
 *              let P_c0 = P.imports[0].calls, P_n0 = P.imports[0].values, …        relink assigns these again
 *              let P_e0, …
 * import use:  f(x)  ->  (0, P_c0.f)(x)      f`x`  ->  (0, P_c0.f)`x`      ns.f(x)  ->  P_c0.f(x)
 *              any other use of f  ->  P_n0.f      ns.x  ->  P_n0.x      of ns itself  ->  P_m0 (P.imports[0].namespace)      { f }  ->  { f: P_n0.f }       new F()  ->  new P_c0.F()
 * an argument that an import leads to, in a function:   f(users.all())  ->  f(P_p(P_n0.users.all(), <function index>, <import index or required specifier>, <name>))
 * class C of the top level:   class C { static {P_i(this, "C", true); } … } P_i(C, "C");      (the block only where code of its own runs meanwhile)      a use of C as a value (no call, `new`, member, extends, instanceof)  ->  P_i(C)      new.target  ->  P_e(new.target)      this of a static method, field or block, as a value  ->  P_e(this)
 * static #n of a class, where the class may be what stands for it:   this.#n  ->  P_u(this).#n      #n in C  ->  #n in P_u(C)      __privateGet(C, _n)  ->  __privateGet(P_u(C), _n)
 * what compilers make of decorators:   __decorateClass([D], C.prototype, "m", 1)  ->  P_w(__decorateClass)([D], C.prototype, "m", 1)
 * f that the module exports, as a value (no call, `new`, member), not in a module that imports `codeswitch`:   f  ->  (P_e0 ||= P_e(f, "f"))      assigned:   P_e(f, "f")      exports.f  ->  P_e(exports.f, "f")      module.exports, as an argument or what a function answers  ->  P_e(module.exports)
 *              what is compared with one:   x === f  ->  P_e(x, void <f>) === <f>      f === x  ->  <f> === P_e(x)
 * every function head (after its directives) and every loop head:   if (P_s[P_k]) P_trap(P_v);
 * method m of class C of the top level:   if (P_s[P_k]) { const P_r = P_moved("C", "m"); if (P_r) return P_r.apply(this, arguments); }
 * a function that makes functions which may outlive it, after its check:   P_o[0] && P_makes(<function index>);
 * a call that gives functions to an object which no import is:   app.get("/", f)  ->  app.get((P_o[0] && P_gives(app, <index into `received`>), "/"), f)
 *                                                                getApp().get("/", f)  ->  P_gives((getApp()), <index>).get("/", f)
 * a variable that a function answers:   P.answers({ app: () => app });   before the first statement
 * a static method that answers a private member:   return C.#one   ->   return P_holds("#one", (C.#one))
 * async function:      const P_f = P_enter(P_v, <function index>); let P_t; try { <body> } finally { if (P_f.d) await P_park(P_f); P_leave(P_f); }
 *                      (only when it contains an await of its own; any other one never waits, and is left as a sync function)
 *   await E       ->   (P_f.p = <point>, P_t = await E, P_f.d ? await P_park(P_f, P_t) : P_t)      where E itself waits:
 *                      (P_t = await (P_t = E, P_f.p = <point>, P_t), P_f.d ? await P_park(P_f, P_t) : P_t)
 *                      a statement needs no value:   P_f.p = <point>, await E, P_f.d && await P_park(P_f)
 *   catch/finally      start with  if (P_f.d) await P_park(P_f);
 *   for await          stores its point before the loop and again after whatever waits inside; the body starts with the same check, and it follows the loop
 *   for await (x of E) ->   for await (x of P_each(P_f, <point of the loop>, <last point in it>, (P_f.p = <point>, E)))
 *   loop without an end of its own (`while (true)`, `while (flag)`) in which it waits:   its body starts with  if (P_over(P_f, <first point>, <last point>)) await P_park(P_f);
 * async function that ends with a call of itself (`return loop()`):   its body starts with the same, P_over(P_f, <first point>, <last point>, true)
 * generator:           enters at its first next(), in try { <body> } finally { P_leave(P_f); }
 *   yield E       ->   (P_t = yield (P_t = E, P_f.p = <point>, P_pause(P_f), P_t), P_y(P_f), P_t)      the same for yield*
 *                      catch (e) starts with  if (P_dead()) throw e; P_y(P_f);      finally { if (!P_dead()) { P_y(P_f); … } }
 * async generator:     both: after P_y and in catch and finally also parks; its own finally parks only when suspended; yield* does not pause
 * top level that awaits (function 0): enters after the yield above and leaves at its end, without try: when it throws, the frame is left by whoever discards the version
 * sync function:       catch (e) starts with  if (P_dead()) throw e;   finally { if (!P_dead()) { … } }
 * import.meta -> P_meta      import(x, o) -> P.import(x, o)
 */
export interface Emitted {
  /** Version record; opaque to the text. */
  readonly version: unknown
  /** Shared with the control thread; a non-zero element at `slot` sends the next function or loop head into `trap`. */
  readonly traps: Int32Array
  readonly slot: number
  readonly imports: readonly ImportBinding[]
  readonly meta: object
  /** Throws BadFunError when the version was purged; serves the control thread when it rang; throws KillSignal when the running process was ended. */
  trap(version: unknown): void
  enter(version: unknown, functionIndex: number): EmittedFrame
  leave(frame: EmittedFrame): void
  /** `d` is 1 (dead): a promise that never settles; 2 (suspended): one that settles with `value` at resume; 3 (set aside): one that settles with it at once. */
  park(frame: EmittedFrame, value?: unknown): Promise<unknown>
  /** Instead of `trap` in a method: when its class has a newer version, the method that runs now. */
  moved(className: string, name: string): ((...args: never[]) => unknown) | undefined
  /** Its element is not zero while some top level has not come to an end. */
  readonly opening: readonly number[]
  /** This function runs, and makes functions: if a top level called it, that module may hold code of this version. */
  makes(functionIndex: number): void
  /** A call that is one of `Rewritten.received` gives functions to this object. Answers it. */
  gives<T>(object: T, index: number): T
  /** Variables of the outermost scope that functions answer, whose values others may have. */
  answers(variables: Readonly<Record<string, () => unknown>>): void
  /** A static method answers this private member of its class. Answers it. */
  holds<T>(name: string, value: T): T
  /** A turn of a loop that may go on for ever begins: whether there is to be none, because its top level was loaded again. `again`: the frame is that turn. */
  over(frame: EmittedFrame, first: number, last: number, again?: boolean): boolean
  /** What a `for await` goes through instead of `iterable`, so that it asks before each turn as well. */
  each(frame: EmittedFrame, first: number, last: number, iterable: unknown): unknown
  /** True while the running process has been ended (only a kill that unwinds can see it). */
  dead(): boolean
  /** A generator is about to wait for whoever asks for its next value: until it is resumed it is nobody's activation. */
  pause(frame: EmittedFrame): void
  /** A generator was resumed, or is about to run a catch or finally: ends its pause; throws BadFunError when it is dead or its version purged. */
  yielded(frame: EmittedFrame): void
  /** `name`: the class has just been defined at the top level, or is about to be (`begun`). Answers what stands for it wherever it is used as a value. */
  identity(value: unknown, name?: string, begun?: boolean): unknown
  /**
   * What importers have for this value of the module, which exports it as `name` (`=`: `module.exports`). Without a name: for any
   * value, what stands for it if it is an exported function, or `module.exports`.
   */
  external(value: unknown, name?: string): unknown
  /** The class of this version that this stands for, or is; anything else is itself. */
  itself(value: unknown): unknown
  /** A function passes this on, which it got from the import of that index (or by `require`), where it is called `name`. Answers `value`. */
  pass<T>(value: T, functionIndex: number, from: number | string, name: string): T
  /** Calls decorators when it is called: what they tell packages belongs to this version. */
  decorating(apply: (...args: readonly unknown[]) => unknown): (...args: readonly unknown[]) => unknown
  define(exports: Readonly<Record<string, () => unknown>>, relink: (emitted: Emitted) => void): void
  import(specifier: unknown, options?: unknown): Promise<unknown>
}

export interface EmittedFrame {
  /** 0 alive, 1 dead, 2 suspended, 3 set aside: it goes on, and holds up nobody. */
  d: number
  /** Point: index into `points` (times three). */
  p: number
}

export interface ImportBinding {
  /** Raw functions and values of the current version: what a call reads. */
  readonly calls: Readonly<Record<string, unknown>>
  /** The module namespace: functions are external funs with a stable identity. */
  readonly values: Readonly<Record<string, unknown>>
  /** The module namespace itself, for code that does more with it than to read a property by name. */
  readonly namespace: object
}
