import { Todos } from './todos'

const list = new Todos()

/** By method and path. */
export const routes: Record<string, (query: URLSearchParams) => Promise<unknown>> = {
  'GET /todos': () => list.all(),
  'POST /todos': (query) => list.add(query.get('text') ?? ''),
  'POST /todos/replace': (query) => list.replace(Number(query.get('id')), query.get('text') ?? ''),
  'GET /figures': () => list.figures(),
}
