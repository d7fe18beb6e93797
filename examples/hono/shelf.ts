import { Book } from './book'

class Shelf {
  private readonly books = ['Dune', 'Emma'].map((title) => new Book(title))

  all(): readonly Book[] {
    return this.books
  }

  find(title: string): Book | undefined {
    return this.books.find((book) => book.title === title)
  }

  get borrowed(): number {
    return this.books.filter((book) => book.isOut).length
  }
}

export const shelf = new Shelf()
