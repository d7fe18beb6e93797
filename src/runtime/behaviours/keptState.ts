/** The state of a supervisor or of an event manager: a table that changes in place, so that it has to be copied to be kept. */
export abstract class KeptState {
  /** @returns what brings it back to what it is now */
  abstract keep(): () => void
}
