/** The page's entry: styles, then the application into `#app`. */
// First: schemas that are made before it would try to compile code.
import './lib/schemas-without-eval.ts'
import '@fontsource-variable/ibm-plex-sans/wdth.css'
import './styles/tokens.css'
import './styles/base.css'
import './styles/desk.css'
import './styles/wall.css'
import './styles/tiles.css'
import './styles/tiles-small.css'
import { mount } from 'svelte'
import App from './App.svelte'
import { isLogin } from './lib/paths.ts'

const target = document.getElementById('app')
if (target === null) throw new Error('index.html has no element #app: the page cannot be shown')
// Who is not logged in gets no feed and no other page: the login stands alone.
if (isLogin(location.pathname)) {
  void import('./login/Login.svelte').then(({ default: Login }) => mount(Login, { target }))
} else {
  mount(App, { target })
}
