import http from 'node:http'
import { enqueue, waiting } from './mails'
import { outbox } from './outbox'

/** POST /mails with the receiver as text; GET /mails shows what was sent. */
export function listen(port: number): void {
  const server = http.createServer(async (request, response) => {
    if (request.method === 'POST') {
      let to = ''
      for await (const text of request.setEncoding('utf8')) to += text
      void enqueue(to)
      response.writeHead(202).end(JSON.stringify({ waiting: waiting() }))
      return
    }
    response.end(JSON.stringify({ waiting: waiting(), sent: outbox }))
  })
  server.listen(port, () => {
    const address = server.address()
    console.log(`mails on http://localhost:${typeof address === 'object' ? address?.port : address}/mails`)
  })
}
