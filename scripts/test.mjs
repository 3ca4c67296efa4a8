/** `npm test`: install what is missing, then run all tests on the pinned Node. Arguments are filters of test files. */
import { install, pinnedNode, root, runSteps } from './install.mjs'
import { runChild } from './run-child.mjs'

await runSteps(async () => {
  await install()
  return runChild(pinnedNode, ['scripts/all-tests.ts', ...process.argv.slice(2)], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
})
