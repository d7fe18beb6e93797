/** Makes a middleware, as most packages for Koa do. */
exports.stamp = ({ name }) => async (ctx, next) => {
  await next()
  ctx.set('x-served-by', `${name} 1`)
}
