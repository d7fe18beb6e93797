/**
 * Calls of Node's own `emit`. An event seldom has more than two values, and Node emits a dozen for each request: those are passed on
 * without an array of arguments.
 */
import type { AnyFunction } from '../../base/guards'

/** `args`: the event and its values. */
export function emit(native: AnyFunction, emitter: unknown, args: ArrayLike<unknown>): unknown {
  switch (args.length) {
    case 1:
      return native.call(emitter, args[0])
    case 2:
      return native.call(emitter, args[0], args[1])
    case 3:
      return native.call(emitter, args[0], args[1], args[2])
    default:
      return Reflect.apply(native, emitter, args)
  }
}

/** Made here, so that a caller which does not need it keeps its arguments where they are cheap. */
export const emission = (native: AnyFunction, emitter: unknown, args: ArrayLike<unknown>) => (): unknown => emit(native, emitter, args)
