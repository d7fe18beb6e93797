export const template = (to: string): string => `Dear ${to}, welcome`
