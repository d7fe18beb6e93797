class Task {
  #done = false

  constructor(id, title) {
    this.id = id
    this.title = title
  }

  get isDone() {
    return this.#done
  }

  finish() {
    this.#done = true
  }

  toJSON() {
    return { id: this.id, title: this.title, done: this.#done }
  }
}

exports.Task = Task
