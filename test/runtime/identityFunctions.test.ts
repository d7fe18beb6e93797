/** Classes as they were written before there was `class`. */
import assert from 'node:assert/strict'
import { World } from './support/world'

describe('functions with a prototype of their own', () => {
  let world: World
  afterEach(() => world.end())

  it('are classes: objects made before get the new methods and stay instances', async () => {
    const shape = (version: number): string => `
const util = require('util')
function Shape(n) { if (!(this instanceof Shape)) return new Shape(n); this.n = n }
Shape.prototype.area = function () { return 'area ${version} ' + this.n }
function Square(n) { Shape.call(this, n) }
util.inherits(Square, Shape)
Square.prototype.side = function () { return 'side ${version}' }
function Dot() {}
Dot.prototype = Object.create(Shape.prototype, { dot: { value: 'dot ${version}', configurable: true } })
exports.Shape = Shape; exports.Square = Square; exports.Dot = Dot`
    world = await World.start({
      'package.json': '{}', 'shape.js': shape(1),
      'app.js': `
const { Shape, Square, Dot } = require('./shape')
class Leaf extends Shape {}
function Ring() { Shape.call(this, 'ring') }
require('util').inherits(Ring, Shape)
Shape.prototype.helper = function () { return 'helper' }
const first = [new Shape('a'), Shape('b'), new Square('c'), new Dot(), new Leaf('e'), new Ring()]
exports.look = () => [
  first.map((object) => object.area()), first.every((object) => object instanceof Shape), first[2] instanceof Square, first[3] instanceof Dot,
  first[2].side(), first[3].dot, first.map((object) => object.helper()).join() , new Shape('n') instanceof Shape, Shape('m').area(), first[0].constructor === Shape, new Leaf('x').area(), new Ring().area(),
]`,
    }, { entry: 'app.js' })
    const look = (version: number): unknown => [
      ['a', 'b', 'c', 'undefined', 'e', 'ring'].map((n) => `area ${version} ${n}`), true, true, true,
      `side ${version}`, `dot ${version}`, Array(6).fill('helper').join(), true, `area ${version} m`, true, `area ${version} x`, `area ${version} ring`,
    ]
    assert.deepEqual(await world.value('app.look()'), look(1))
    for (const version of [2, 3]) {
      await world.save('shape.js', shape(version))
      assert.deepEqual(await world.value('app.look()'), look(version))
    }
    await world.host.request('rollback', { module: 'shape' })
    assert.deepEqual(await world.value('app.look()'), look(2))
  })

  it('are classes in ES modules and as TypeScript compiles them as well', async () => {
    const point = (version: number): string => `
function Base() {}
Base.prototype.base = function () { return 'base ${version}' }
export function Point(x) { this.x = x }
Point.prototype = Object.create(Base.prototype)
Point.prototype.show = function () { return '${version}: ' + this.x }
export var Line = (function (_super) {
  Object.setPrototypeOf(Line, _super)
  function Line() { return _super !== null && _super.apply(this, arguments) || this }
  function __() { this.constructor = Line }
  Line.prototype = (__.prototype = _super.prototype, new __())
  Line.prototype.long = function () { return 'long ${version}' }
  return Line
}(Point))`
    world = await World.start({
      'package.json': '{"type":"module"}', 'point.js': point(1),
      'app.js': `import { Point, Line } from './point.js'\nconst first = new Point(1), line = new Line(2)\nexport const look = () => [first.show(), first.base(), first instanceof Point, line.show(), line.long(), line instanceof Line, line instanceof Point, new Point(3) instanceof Point]`,
    }, { entry: 'app.js' })
    const look = (version: number): unknown => [`${version}: 1`, `base ${version}`, true, `${version}: 2`, `long ${version}`, true, true, true]
    assert.deepEqual(await world.value('app.look()'), look(1))
    for (const version of [2, 3]) {
      await world.save('point.js', point(version))
      assert.deepEqual(await world.value('app.look()'), look(version))
    }
  })
})
