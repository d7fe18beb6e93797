const Koa = require('koa')
const { answerErrors } = require('./middleware/errors')
const { stamp } = require('./middleware/stamp')
const tasks = require('./routes/tasks')

exports.createApp = function createApp() {
  const app = new Koa()
  app.use(answerErrors)
  app.use(stamp({ name: 'tasks' }))
  app.use(tasks.routes())
  app.use(tasks.allowedMethods())
  return app
}
