/** Shortest time between two updates of something a person looks at; below it a tree only flickers. */
export const THROTTLE_MS = 100
