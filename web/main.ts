/** The page's entry: styles, then the application into `#app`. */
import '@fontsource-variable/ibm-plex-sans/wdth.css'
import './styles/tokens.css'
import './styles/base.css'
import './styles/desk.css'
import './styles/wall.css'
import './styles/tiles.css'
import './styles/tiles-small.css'
import { mount } from 'svelte'
import App from './App.svelte'

const target = document.getElementById('app')
if (target === null) throw new Error('index.html has no element #app: the page cannot be shown')
mount(App, { target })
