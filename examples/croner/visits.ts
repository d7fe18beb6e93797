let visits = 0

export const visit = (): number => ++visits
export const count = (): number => visits
