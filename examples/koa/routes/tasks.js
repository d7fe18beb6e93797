const { setTimeout: pause } = require('node:timers/promises')
const Router = require('@koa/router')
const { tasks } = require('../tasks')

const router = new Router({ prefix: '/tasks' })

router.get('/', (ctx) => {
  ctx.body = tasks.open()
})

/** Save this file while a request is here: it ends in the code it started in. */
router.get('/slow', async (ctx) => {
  await pause(Number(ctx.query.ms ?? 5000))
  ctx.body = 'slow 1'
})

router.post('/:id/done', (ctx) => {
  const task = tasks.find(Number(ctx.params.id))
  if (task === undefined) ctx.throw(404, 'No such task')
  task.finish()
  ctx.body = task
})

module.exports = router
