import { setTimeout as sleep } from 'node:timers/promises'
import { Router } from 'express'
import type { Request, Response } from 'express'
import { add, all, find } from '../notes'

class Notes {
  list(_request: Request, response: Response): void {
    response.json(all())
  }

  show(request: Request<{ id: string }>, response: Response): void {
    response.json(find(Number(request.params.id)))
  }

  create(request: Request, response: Response): void {
    response.status(201).json(add(String(request.body.text)))
  }
}

const controller = new Notes()

export const notes = Router()
notes.get('/', controller.list.bind(controller))
notes.post('/', controller.create.bind(controller))
notes.get('/slow', async (request, response) => {
  await sleep(Number(request.query.ms ?? 1000))
  response.send('slow 1')
})
notes.get('/:id', controller.show.bind(controller))
