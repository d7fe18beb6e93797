const { Task } = require('./task')

class TaskList {
  list = ['Write', 'Test'].map((title, index) => new Task(index + 1, title))

  open() {
    return this.list.filter((task) => !task.isDone)
  }

  find(id) {
    return this.list.find((task) => task.id === id)
  }
}

exports.tasks = new TaskList()
