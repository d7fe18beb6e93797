import { createServer } from 'node:http'
import { handle } from './server'

const server = createServer((request, response) => void handle(request, response))
server.listen(Number(process.env.PORT ?? 3000), () => {
  const address = server.address()
  if (typeof address === 'object') console.log(`Listening on http://localhost:${address?.port}`)
})
