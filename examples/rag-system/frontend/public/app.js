// The page: three views, one of them shown; and any trace by its id, under #/trace/<id>.
import { render } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { Ask } from './ask.js'
import { html } from './html.js'
import { Insides } from './insides.js'
import { SignIn } from './sign-in.js'

const VIEWS = [
  ['ask', 'Ask'],
  ['operate', 'Operate'],
  ['documents', 'Documents']
]
// What is not shown first is loaded when it is wanted.
const LATER = {
  operate: () => import('./operate.js').then((module) => module.Operate),
  documents: () => import('./documents.js').then((module) => module.Documents)
}

const TRACE = /^#\/trace\/([0-9a-f]{32})$/

function viewOf(hash) {
  const name = hash.replace('#/', '')
  const traceId = TRACE.exec(hash)?.[1]
  if (traceId) return `trace ${traceId}`
  return VIEWS.some(([view]) => view === name) ? name : 'ask'
}

function App() {
  const [view, setView] = useState(viewOf(location.hash))
  const [loaded, setLoaded] = useState({})
  useEffect(() => {
    const follow = () => setView(viewOf(location.hash))
    addEventListener('hashchange', follow)
    return () => removeEventListener('hashchange', follow)
  }, [])
  useEffect(() => {
    if (LATER[view] && !loaded[view]) LATER[view]().then((component) => setLoaded((before) => ({ ...before, [view]: component })))
  }, [view])
  const Later = loaded[view]
  const traceId = view.startsWith('trace ') && view.slice('trace '.length)
  const title = traceId ? 'Trace' : VIEWS.find(([name]) => name === view)[1]
  useEffect(() => void (document.title = `${title} · The documentation`), [title])
  return html`
    <header>
      <h1>Ask the documentation</h1>
      <nav aria-label="Views">
        ${VIEWS.map(([name, title]) => html`<a href=${`#/${name}`} aria-current=${view === name ? 'page' : undefined}>${title}</a>`)}
      </nav>
      <${SignIn} />
    </header>
    <div hidden=${view !== 'ask'}><${Ask} /></div>
    ${traceId && html`<${Insides} key=${traceId} asked=${{ traceId, state: 'done' }} />`}
    ${view !== 'ask' && !traceId && (Later ? html`<${Later} />` : html`<p class="loading">Loading …</p>`)}
  `
}

const main = document.querySelector('main')
// As a link it would change the view, which is in the hash too.
document.querySelector('.skip').addEventListener('click', (event) => {
  event.preventDefault()
  main.focus()
})
main.replaceChildren()
render(html`<${App} />`, main)
performance.mark('interactive')
