export const config = {
  name: 'notes',
  port: Number(process.env.PORT ?? 3000),
  longest: 80,
}
