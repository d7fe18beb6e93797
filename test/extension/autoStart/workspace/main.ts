export const running = true
