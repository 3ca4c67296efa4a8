/**
 * `npm start` and `npm run dev`: install what is missing, build the web if it is stale, then run the demonstration on
 * the pinned Node. With `--dev` the Vite server stands in front and nothing is built.
 */
import { install, pinnedNode, root, runSteps } from './install.mjs'
import { runChild } from './run-child.mjs'

const args = process.argv.slice(2)

await runSteps(async () => {
  await install()
  if (!args.includes('--dev') && !args.includes('--help')) {
    const built = await runChild(pinnedNode, ['scripts/build-web.mjs'], { cwd: root })
    if (built !== 0) return built
  }
  // The channel tells the demonstration when this process dies, however it dies.
  return runChild(pinnedNode, ['scripts/demo/main.ts', ...args], {
    cwd: root,
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  })
})
