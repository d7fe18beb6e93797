/** `hot.data` while a new version evaluates: reading it lets the old version leave things there first; a failed load undoes what either wrote. */
export interface DraftData {
  readonly view: object
  /** From now on it is the data itself. */
  settle(): void
  /** The load failed. */
  undo(): void
}

export function draftData(data: object, beforeRead: () => void): DraftData {
  let draft = true
  const undo: (() => void)[] = []
  const restore = (key: PropertyKey, before: PropertyDescriptor | undefined): void => void (before === undefined ? Reflect.deleteProperty(data, key) : Reflect.defineProperty(data, key, before))
  const remember = (key: PropertyKey): void => {
    if (!draft) return
    const before = Reflect.getOwnPropertyDescriptor(data, key)
    undo.push(() => restore(key, before))
  }
  let looked = false
  const look = (): void => {
    if (!draft || looked) return
    looked = true
    const before = new Map(Reflect.ownKeys(data).map((key) => [key, Reflect.getOwnPropertyDescriptor(data, key)]))
    beforeRead()
    for (const key of new Set([...before.keys(), ...Reflect.ownKeys(data)])) {
      const was = before.get(key)
      if (was === undefined || was.value !== Reflect.getOwnPropertyDescriptor(data, key)?.value) undo.push(() => restore(key, was))
    }
  }
  const view = new Proxy(data, {
    get: (target, key) => (look(), Reflect.get(target, key)),
    has: (target, key) => (look(), Reflect.has(target, key)),
    ownKeys: (target) => (look(), Reflect.ownKeys(target)),
    set: (target, key, value) => (remember(key), Reflect.set(target, key, value)),
    defineProperty: (target, key, descriptor) => (remember(key), Reflect.defineProperty(target, key, descriptor)),
    deleteProperty: (target, key) => (remember(key), Reflect.deleteProperty(target, key)),
  })
  return {
    view,
    settle() {
      draft = false
      undo.length = 0
    },
    undo() {
      draft = false
      for (const step of undo.splice(0).reverse()) step()
    },
  }
}
