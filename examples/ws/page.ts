import type { IncomingMessage, ServerResponse } from 'node:http'

export function page(_request: IncomingMessage, response: ServerResponse): void {
  response.setHeader('content-type', 'text/html; charset=utf-8')
  response.end(`<!doctype html><title>board</title><form><input autofocus></form><pre></pre><script>
    const socket = new WebSocket(location.href.replace('http', 'ws'))
    socket.onmessage = ({ data }) => document.querySelector('pre').append(data + '\\n')
    document.querySelector('form').onsubmit = (event) => {
      event.preventDefault()
      socket.send(event.target.firstChild.value)
      event.target.reset()
    }
  </script>`)
}
