/** `hot.data` while a new version evaluates: reading it lets the old version leave things there first; a failed load undoes what was written. */
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
  const remember = (key: PropertyKey): void => {
    if (!draft) return
    const before = Reflect.getOwnPropertyDescriptor(data, key)
    undo.push(() => void (before === undefined ? Reflect.deleteProperty(data, key) : Reflect.defineProperty(data, key, before)))
  }
  const look = (): void => {
    if (draft) beforeRead()
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
