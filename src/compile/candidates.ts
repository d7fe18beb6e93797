import { extname, join } from 'node:path'

/** TypeScript writes the extension of the output; the source has another one. Preferred first. */
const sources: Readonly<Record<string, readonly string[]>> = {
  '.js': ['.ts', '.tsx'],
  '.jsx': ['.tsx', '.ts'],
  '.mjs': ['.mts'],
  '.cjs': ['.cts'],
}

const afterTypeScript = ['.ts', '.tsx', '.js', '.jsx', '.json']
const afterJavaScript = ['.js', '.json', '.node', '.jsx', '.ts', '.tsx']

/**
 * The files a path without a folder at its end may mean, best first. From TypeScript the source wins over output that
 * lies beside it, as in `tsc`; from JavaScript the file that is named wins, as in Node.
 */
export function fileCandidates(path: string, fromTypeScript: boolean): readonly string[] {
  const extension = extname(path)
  const stem = path.slice(0, path.length - extension.length)
  const aliases = (sources[extension] ?? []).map((each) => stem + each)
  const named = fromTypeScript ? [...aliases, path] : [path, ...aliases]
  // As `tsc` does: `./view.js` may also be the output of `view.jsx`.
  const jsx = extension === '.js' ? [`${stem}.jsx`] : []
  return [...named, ...jsx, ...extensionsAfter(fromTypeScript).map((each) => path + each)]
}

/** What a folder without (usable) package.json means. */
export function indexCandidates(directory: string, fromTypeScript: boolean): readonly string[] {
  return extensionsAfter(fromTypeScript).map((extension) => join(directory, `index${extension}`))
}

const extensionsAfter = (fromTypeScript: boolean): readonly string[] => (fromTypeScript ? afterTypeScript : afterJavaScript)
