/**
 * The names that generated text uses (see `Emitted` in protocol/unit.ts): every one starts with a prefix that the source does
 * not contain, and what is asked for here is what the prologue declares.
 */
export class Vocabulary {
  readonly prefix: string
  readonly frame: string
  readonly temporary: string
  /** Variables of the prologue, and what of `Emitted` they hold. */
  private readonly used = new Map<string, string>()
  private readonly tables = new Map<string, string>()
  /** Variables that hold an external fun of the module's own, by the name it has inside. */
  private readonly keeps = new Map<string, string>()

  constructor(code: string) {
    this.prefix = freePrefix(code)
    this.frame = `${this.prefix}_f`
    this.temporary = `${this.prefix}_t`
  }

  /** A name of our own that needs no declaration in the prologue. */
  own(suffix: string): string {
    return `${this.prefix}_${suffix}`
  }

  /** `if (P_s[P_k]) P_trap(P_v);` */
  headCheck(): string {
    return `if (${this.trapSet()}) ${this.trapCall()};`
  }

  /** The same as the start of a comma expression. */
  headExpression(): string {
    return `${this.trapSet()} && ${this.trapCall()}, `
  }

  /** The same for a method: when its class has a newer version, that one's method is what runs. */
  methodCheck(className: string, name: string): string {
    const method = this.own('r')
    return `if (${this.trapSet()}) { const ${method} = ${this.use('moved', 'moved')}(${JSON.stringify(className)}, ${JSON.stringify(name)}); if (${method}) return ${method}.apply(this, arguments); }`
  }

  /** An expression: whoever opens a module by calling this function may hold on to functions it makes. */
  makes(functionIndex: number): string {
    return `${this.use('o', 'opening')}[0] && ${this.use('makes', 'makes')}(${functionIndex})`
  }

  /** An expression: the object is given functions. */
  gives(object: string, index: number): string {
    return `${this.use('o', 'opening')}[0] && ${this.use('gives', 'gives')}(${object}, ${index})`
  }

  /** What a call answers is given functions: wraps the call. */
  givesTo(index: number): { readonly open: string; readonly close: string } {
    return { open: `${this.use('gives', 'gives')}((`, close: `), ${index})` }
  }

  /** Begins what a static method answers: two parentheses close it. */
  holds(name: string): string {
    return `${this.use('holds', 'holds')}(${JSON.stringify(name)}, (`
  }

  enter(functionIndex: number): string {
    return `const ${this.frame} = ${this.use('enter', 'enter')}(${this.use('v', 'version')}, ${functionIndex});`
  }

  leave(): string {
    return `${this.use('leave', 'leave')}(${this.frame});`
  }

  /** `await P_park(P_f)`, with the value to go on with when there is one. */
  park(value = ''): string {
    return `await ${this.use('park', 'park')}(${this.frame}${value && `, ${value}`})`
  }

  parkIfStopped(): string {
    return `if (${this.frame}.d) ${this.park()};`
  }

  /** At the head of a loop that may go on for ever; its points are `first` to `last`. `again`: it is a function that ends with a call of itself. */
  parkIfOver(first: number, last: number, again = false): string {
    return `if (${this.use('over', 'over')}(${this.frame}, ${first}, ${last}${again ? ', true' : ''})) ${this.park()};`
  }

  /** Opens a call that takes what a `for await` goes through. */
  each(first: number, last: number): string {
    return `${this.use('each', 'each')}(${this.frame}, ${first}, ${last}, `
  }

  point(index: number): string {
    return `${this.frame}.p = ${index}`
  }

  dead(): string {
    return `${this.use('dead', 'dead')}()`
  }

  /** After a generator was resumed; throws when it must not go on. */
  yielded(): string {
    return `${this.use('y', 'yielded')}(${this.frame})`
  }

  /** Right before a `yield`. */
  pause(): string {
    return `${this.use('pause', 'pause')}(${this.frame})`
  }

  /** Announces a class of the outermost scope. */
  defined(expression: string, name: string): string {
    return ` ${this.use('i', 'identity')}(${expression}, ${JSON.stringify(name)});`
  }

  /** The same for one whose definition has only begun. */
  begun(name: string): string {
    return ` ${this.use('i', 'identity')}(this, ${JSON.stringify(name)}, true);`
  }

  /** A class as a value; `new.target` may be one. */
  identity(name: string): string {
    return `${this.use('i', 'identity')}(${name})`
  }

  /** What importers have for what the expression, which is exported under that name, comes to. */
  external(expression: string, exported?: string): string {
    return `${this.externalOf()}(${expression}${exported === undefined ? '' : `, ${JSON.stringify(exported)}`})`
  }

  /** The same for a name that always holds the same. */
  externalOnce(name: string, exported: string): string {
    const key = JSON.stringify([name, exported])
    const kept = this.keeps.get(key) ?? this.own(`e${this.keeps.size}`)
    this.keeps.set(key, kept)
    return `(${kept} ||= ${this.external(name, exported)})`
  }

  externalOf(): string {
    return this.use('e', 'external')
  }

  /** A class, for its private members. */
  itself(): string {
    return this.use('u', 'itself')
  }

  /** Tells the runtime that an import is passed on. */
  pass(): string {
    return this.use('p', 'pass')
  }

  /** Stands around the name of a function that applies decorators. */
  decorating(): string {
    return this.use('w', 'decorating')
  }

  meta(): string {
    return this.use('meta', 'meta')
  }

  /** A constant: assigning to it throws what assigning to an import throws. */
  constant(): string {
    return this.use('x', 'slot')
  }

  /** The variable with what calls through an import read. */
  calls(index: number): string {
    return this.table(`c${index}`, `imports[${index}].calls`)
  }

  /** The same under the name that the source has for the namespace, so that V8's messages read as the source does. */
  receiver(index: number, name: string): string {
    return this.declare(this.tables, name, `imports[${index}].calls`)
  }

  /** The variable with an import's namespace object. */
  namespace(index: number): string {
    return this.table(`m${index}`, `imports[${index}].namespace`)
  }

  /** The variable with what an import's namespace shows. */
  values(index: number): string {
    return this.table(`n${index}`, `imports[${index}].values`)
  }

  /** `const P_v = P.version, …; let P_c0 = P.imports[0].calls, …;` of everything used so far. */
  prologue(): string {
    const constants = this.used.size === 0 ? '' : `const ${this.list(this.used)}; `
    const tables = this.tables.size === 0 ? '' : `let ${this.list(this.tables)}; `
    const kept = this.keeps.size === 0 ? '' : `let ${[...this.keeps.values()].join(', ')}; `
    return constants + tables + kept
  }

  /** Assignments that read the import tables again. */
  relink(): string {
    return this.tables.size === 0 ? '' : `${this.list(this.tables)};`
  }

  private list(names: ReadonlyMap<string, string>): string {
    return [...names].map(([name, property]) => `${name} = ${this.prefix}.${property}`).join(', ')
  }

  private table(suffix: string, property: string): string {
    return this.declare(this.tables, this.own(suffix), property)
  }

  private trapSet(): string {
    return `${this.use('s', 'traps')}[${this.use('k', 'slot')}]`
  }

  private trapCall(): string {
    return `${this.use('trap', 'trap')}(${this.use('v', 'version')})`
  }

  private use(suffix: string, property: string): string {
    return this.declare(this.used, this.own(suffix), property)
  }

  private declare(names: Map<string, string>, name: string, property: string): string {
    names.set(name, property)
    return name
  }
}

/** `$$`, or `$$1`, `$$2`, … when the text contains `$$` anywhere (an escape could spell it, too). */
function freePrefix(code: string): string {
  if (!code.includes('$$') && !/\\u(0024|\{0*24\})/.test(code)) return '$$'
  let n = 1
  while (code.includes(`$$${n}`)) n++
  return `$$${n}`
}

const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u

/** `.name` or `["not a name"]`. */
export function propertyAccess(name: string): string {
  return IDENTIFIER.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`
}

/** A key of an object literal. `__proto__: v` would set the prototype. */
export function propertyKey(name: string): string {
  if (name === '__proto__') return '["__proto__"]'
  return IDENTIFIER.test(name) ? name : JSON.stringify(name)
}
