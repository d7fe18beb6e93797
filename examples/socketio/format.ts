export const format = (name: string, text: string): string => `${name}: ${text}`
