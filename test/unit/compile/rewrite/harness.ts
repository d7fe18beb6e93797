import assert from 'node:assert/strict'
import vm from 'node:vm'
import type { Emitted, EmittedFrame, ImportBinding, Rewritten } from '../../../../src/protocol/unit'
import { rewrite } from '../../../../src/compile/rewrite/rewrite'

export class BadFunError extends Error {
  override readonly name = 'BadFunError'
}

export class KillSignal extends Error {
  override readonly name = 'KillSignal'
}

export interface TestFrame extends EmittedFrame {
  readonly fn: number
  resume: (() => void) | undefined
}

export type Exports = Readonly<Record<string, unknown>>

/** The plainest thing that generated text can run in: one module, one process, everything in the open. */
export class Machine {
  readonly live = new Set<TestFrame>()
  private readonly frames = new Map<EmittedFrame, TestFrame>()
  readonly entered: string[] = []
  readonly left: string[] = []
  purged = false
  killed = false
  checks = 0
  /** Throws or does what it likes at the next head or loop check when `traps` is set. */
  onTrap: () => void = () => undefined
  readonly traps = new Int32Array(1)
  getters: Readonly<Record<string, () => unknown>> = {}
  relink: (emitted: Emitted) => void = () => undefined
  private rewritten: Rewritten | undefined

  constructor(readonly imports: readonly ImportBinding[] = [], private readonly load: (specifier: unknown, options: unknown) => Promise<unknown> = () => Promise.reject(new Error('no import'))) {}

  use(rewritten: Rewritten): void {
    this.rewritten = rewritten
  }

  emitted(imports = this.imports): Emitted {
    return {
      version: this,
      traps: this.traps,
      slot: 0,
      imports,
      meta: { url: 'test:module' },
      trap: () => this.trap(),
      enter: (_version, fn) => this.enter(fn),
      leave: (frame) => this.leave(frame),
      park: (frame, value) => this.park(frame, value),
      dead: () => this.killed,
      over: () => false,
      decorating: (apply) => apply,
      each: (_frame, _first, _last, iterable) => iterable,
      pause: (frame) => this.pause(frame),
      yielded: (frame) => this.resumed(frame),
      define: (exports, relink) => {
        this.getters = exports
        this.relink = relink
      },
      identity: (value) => value,
      external: (value) => value,
      itself: (value) => value,
      pass: (value) => value,
      moved: () => {
        this.trap()
        return undefined
      },
      opening: [0],
      makes: () => {},
      gives: (object) => object,
      answers: () => {},
      holds: (_, value) => value,
      import: this.load,
    }
  }

  /** Every frame that is alive becomes dead, as a kill does it. */
  killFrames(): void {
    for (const frame of this.live) frame.d = 1
    this.live.clear()
  }

  suspendFrames(): void {
    for (const frame of this.live) frame.d = 2
  }

  resumeFrames(): void {
    for (const frame of this.live) {
      frame.d = 0
      frame.resume?.()
    }
  }

  /** `name line:column` of every live frame, oldest first. */
  where(): string[] {
    return [...this.live].map((frame) => `${this.functionName(frame.fn)} ${this.point(frame)}`)
  }

  exports(): Exports {
    const namespace: Record<string, unknown> = {}
    for (const [name, get] of Object.entries(this.getters)) Object.defineProperty(namespace, name, { get, enumerable: true })
    return namespace
  }

  private trap(): void {
    if (this.purged) throw new BadFunError('purged')
    this.onTrap()
  }

  private enter(fn: number): TestFrame {
    const frame: TestFrame = { d: 0, p: 0, fn, resume: undefined }
    this.live.add(frame)
    this.frames.set(frame, frame)
    this.entered.push(this.functionName(fn))
    return frame
  }

  /** Generators that wait for a consumer: in no list. */
  private readonly paused = new Set<EmittedFrame>()

  private pause(frame: EmittedFrame): void {
    const known = this.known(frame)
    this.live.delete(known)
    this.paused.add(known)
  }

  private resumed(frame: EmittedFrame): void {
    if (frame.d === 1 || this.purged) throw new BadFunError('dead generator')
    if (!this.paused.delete(frame)) return
    this.live.add(this.frames.get(frame) ?? assert.fail('resumed an unknown frame'))
  }

  private known(frame: EmittedFrame): TestFrame {
    const known = this.frames.get(frame)
    assert(known !== undefined && this.live.has(known), 'a frame that is not alive')
    return known
  }

  private leave(frame: EmittedFrame): void {
    if (frame.d === 1) return
    this.left.push(this.functionName(this.frames.get(frame)?.fn ?? -1))
    if (this.paused.delete(frame)) return
    this.live.delete(this.known(frame))
  }

  private park(frame: EmittedFrame, value: unknown): Promise<unknown> {
    if (frame.d === 1) return new Promise(() => undefined)
    return new Promise((resolve) => {
      for (const known of this.live) {
        if (known === frame) known.resume = () => resolve(value)
      }
    })
  }

  private functionName(fn: number): string {
    return this.rewritten?.functions[fn]?.name ?? '?'
  }

  private point({ p }: EmittedFrame): string {
    const points = this.rewritten?.points ?? []
    return `${points[p * 3 + 1]}:${points[p * 3 + 2]}`
  }
}

export function rewriteOk(code: string, format: 'esm' | 'commonjs' | 'auto'): Rewritten {
  const outcome = rewrite(code, { format, file: 'test.js' })
  if (!outcome.ok) assert.fail(`${outcome.line}:${outcome.column} ${outcome.message}\n${code}`)
  return outcome.value
}

/** Evaluates what the rewriter made, as a sloppy script, the way the runtime does. */
export function evaluate(rewritten: Rewritten): unknown {
  try {
    return vm.runInThisContext(rewritten.code, { filename: 'rewritten.js' })
  } catch (error) {
    throw new Error(`${String(error)}\n${rewritten.code}`, { cause: error })
  }
}

export function isFunction(value: unknown): value is (this: unknown, ...args: unknown[]) => unknown {
  return typeof value === 'function'
}

interface Steps {
  next(): unknown
}

function isSteps(value: unknown): value is Steps {
  return typeof value === 'object' && value !== null && 'next' in value && isFunction(value.next)
}

export interface Loaded {
  readonly machine: Machine
  readonly rewritten: Rewritten
  readonly exports: Exports
}

/** Instantiates and evaluates an ES module. `imports` are namespaces in the order of the module's imports. */
export async function loadModule(code: string, imports: readonly Exports[] = [], machine = new Machine(imports.map((values) => ({ calls: values, values, namespace: values })))): Promise<Loaded> {
  const rewritten = rewriteOk(code, 'esm')
  machine.use(rewritten)
  const factory = evaluate(rewritten)
  assert(isFunction(factory))
  const steps = factory(machine.emitted())
  assert(isSteps(steps))
  await steps.next()
  await steps.next()
  return { machine, rewritten, exports: machine.exports() }
}

export function loadScript(code: string, require: (specifier: string) => unknown = () => assert.fail('no require'), machine = new Machine()): Loaded & { readonly module: { exports: unknown } } {
  const rewritten = rewriteOk(code, 'commonjs')
  machine.use(rewritten)
  const factory = evaluate(rewritten)
  assert(isFunction(factory))
  const module: { exports: unknown } = { exports: {} }
  factory.call(module.exports, module.exports, require, module, 'test.js', '.', machine.emitted())
  return { machine, rewritten, module, exports: {} }
}
