import assert from 'node:assert/strict'
import { runSuite } from './support/packageSuite'
import type { Suite } from './support/packageSuite'

/** Packages that publish their tests, dependencies of what we test with; the files whose own dependencies are there, and how many results they must have at least. */
const suites: readonly (Suite & { readonly results: number })[] = [
  { package: 'avvio', files: /^test\/[a-m/][^/]*(?:\/[^/]+)?\.test\.js$/, results: 100 },
  { package: 'fastify', files: /^test\/(?:content-type|inject|body-limit|has-route|encapsulated-error-handler|reply-code|reply-error|route-prefix|hooks-async|schema-serialization|async_hooks|use-semicolon-delimiter|internals\/(?:hooks|decorator))\.test\.js$/, results: 150 },
  { package: 'find-my-way', files: /^test\/(?:issue-(?!330)|params|wildcard|optional|version|constraint\.|case|find)[^/]*\.test\.js$/, results: 150 },
  { package: 'light-my-request', files: /^test\/(?!index|stream)[^/]*\.test\.js$/, results: 20 },
  { package: 'process-warning', files: /^test\/[^/]*\.test\.js$/, results: 20 },
  { package: 'json-schema-ref-resolver', files: /^test\/[^/]*\.test\.js$/, results: 40 },
  { package: '@fastify/error', files: /^test\/[^/]*\.test\.js$/, results: 20 },
  { package: 'busboy', files: /^test\/test-(?!types-multipart-stream)[^/]*\.js$/, results: 1 },
  { package: 'streamsearch', files: /^test\/test\.js$/, results: 1 },
]

describe('the tests that come with a package', () => {
  for (const suite of suites) {
    it(`of ${suite.package} have the same results under codeswitch run as under plain Node`, async function () {
      this.timeout(Math.max(this.timeout(), 60_000))
      const { plain, ours } = await runSuite(suite)
      assert.equal(plain.code, 0, plain.stderr)
      assert.deepEqual(ours.results, plain.results, ours.stderr)
      assert.equal(ours.code, 0, ours.stderr)
      assert.ok(plain.results.length >= suite.results, `only ${plain.results.length} results`)
    })
  }
})
